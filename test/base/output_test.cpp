// output_test.cpp - files come out whole or not at all, and nothing of them is
// left behind.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/unfinished.h"
#include "test/messages.h"

namespace
{
std::string read_file(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(Output, AReportReplacesTheFileAndNothingLiesBeside)
{
    Folder folder;
    Messages d;
    std::string path = folder.write("r", "old and longer");
    ASSERT_TRUE(output_is_possible("-o", path.c_str(), d));
    EXPECT_EQ(read_file(path), "old and longer");
    ASSERT_TRUE(output_write(path.c_str(), "new", 3, d)) << d.text();
    EXPECT_EQ(read_file(path), "new");
    EXPECT_EQ(
        std::system(("test $(ls " + folder.path("") + " | wc -l) = 1").c_str()),
        0);
}

TEST(Output, ALinkStaysALinkAndADeviceADevice)
{
    Folder folder;
    Messages d;
    struct stat st = {};
    std::string path = folder.write("r", "old"), link = folder.path("l");
    ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
    ASSERT_TRUE(output_write(link.c_str(), "new", 3, d));
    EXPECT_EQ(read_file(path), "new");
    ASSERT_EQ(lstat(link.c_str(), &st), 0);
    EXPECT_TRUE(S_ISLNK(st.st_mode));
    ASSERT_TRUE(output_write("/dev/null", "new", 3, d));
    ASSERT_EQ(lstat("/dev/null", &st), 0);
    EXPECT_TRUE(S_ISCHR(st.st_mode));
}

TEST(Output, ALinkToNothingYetStaysALink)
{
    Folder folder;
    struct stat st = {};
    std::string deep = folder.path("deep"), link = folder.path("deep/l");
    ASSERT_EQ(mkdir(deep.c_str(), 0700), 0);
    for (const std::string &to :
         {folder.path("absolute"), std::string("../relative")}) {
        Messages d;
        ASSERT_EQ(symlink(to.c_str(), link.c_str()), 0);
        ASSERT_TRUE(output_is_possible("-o", link.c_str(), d)) << d.text();
        ASSERT_TRUE(output_write(link.c_str(), "new", 3, d)) << d.text();
        ASSERT_EQ(lstat(link.c_str(), &st), 0);
        EXPECT_TRUE(S_ISLNK(st.st_mode));
        EXPECT_EQ(read_file(link), "new");
        ASSERT_EQ(unlink(link.c_str()), 0);
    }
    EXPECT_EQ(read_file(folder.path("absolute")), "new");
    EXPECT_EQ(read_file(folder.path("relative")), "new");
    Messages d;
    ASSERT_EQ(symlink("l", link.c_str()), 0);
    EXPECT_FALSE(output_is_possible("-o", link.c_str(), d));
    EXPECT_EQ(diag_status(d), EXIT_IO);
}

TEST(Output, NoOutputTakesThePlaceOfAnother)
{
    Folder folder;
    std::string path = folder.path("r"), link = folder.path("l");
    ASSERT_EQ(symlink("r", link.c_str()), 0);
    Messages d;
    EXPECT_TRUE(output_is_possible("-o", path.c_str(), d));
    EXPECT_TRUE(output_is_possible("-o", path.c_str(), d));
    EXPECT_TRUE(output_is_possible("-o", "/dev/null", d));
    EXPECT_TRUE(output_is_possible("--save", "/dev/null", d));
    EXPECT_EQ(d.text(), "");
    for (const std::string &same : {path, folder.path("./r"), link}) {
        Messages once;
        EXPECT_FALSE(output_is_possible("--save", same.c_str(), once));
        EXPECT_EQ(diag_status(once), EXIT_USAGE);
        EXPECT_EQ(once.text(), "accelsim: error: '--save' would write '" +
                                   same +
                                   "', and so would '-o'; two files are "
                                   "needed\n");
    }
}

TEST(Output, NoOutputTakesThePlaceOfAnInput)
{
    Folder folder;
    Messages early, late;
    std::string path = folder.write("a.cfg", "old");
    file_use_read(folder.path("none").c_str());
    file_use_read(path.c_str());
    EXPECT_FALSE(output_is_possible("-o", path.c_str(), early));
    EXPECT_EQ(early.text(), "accelsim: error: '-o' would write '" + path +
                                "', which is read here; another file is "
                                "needed\n");
    EXPECT_FALSE(output_write(path.c_str(), "new", 3, late));
    EXPECT_EQ(diag_status(late), EXIT_USAGE);
    EXPECT_EQ(read_file(path), "old");
}

TEST(Output, AFileHasTheUsualMode)
{
    Folder folder;
    Messages d;
    struct stat st = {};
    mode_t mask = umask(022);
    ASSERT_TRUE(output_write(folder.path("r").c_str(), "x", 1, d));
    umask(mask);
    ASSERT_EQ(stat(folder.path("r").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0644u);
}

TEST(Output, APlaceThatCannotBeWrittenIsAnInputOutputError)
{
    Folder folder;
    for (const std::string &path :
         {folder.path("no/r"), folder.path(""), std::string("")}) {
        Messages d;
        EXPECT_FALSE(output_is_possible("-o", path.c_str(), d)) << path;
        EXPECT_EQ(diag_status(d), EXIT_IO);
        EXPECT_EQ(
            d.text().find("accelsim: error: cannot write '" + path + "' ("), 0u)
            << d.text();
    }
    Messages d;
    EXPECT_FALSE(output_write("/dev/full", "x", 1, d));
    EXPECT_EQ(d.text(), "accelsim: error: cannot write '/dev/full' (No space "
                        "left on device); a place that can be written is "
                        "needed\n");
}

// The names in a folder, one a line.
std::string names_in(const std::string &folder)
{
    std::string names;
    DIR *dir = opendir(folder.c_str());
    while (const dirent *entry = readdir(dir))
        if (entry->d_name[0] != '.' || entry->d_name[1] == 'a')
            names += std::string(entry->d_name) + "\n";
    closedir(dir);
    return names;
}

TEST(Output, AFileKeepsItsModeAndItsOwner)
{
    Folder folder;
    Messages d;
    struct stat st = {};
    std::string path = folder.write("r", "old");
    ASSERT_EQ(chmod(path.c_str(), 0604), 0);
    const bool may_give = chown(path.c_str(), 12345, 54321) == 0;
    ASSERT_TRUE(output_write(path.c_str(), "new", 3, d)) << d.text();
    ASSERT_EQ(stat(path.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0604u);
    EXPECT_EQ(st.st_uid, may_give ? 12345u : geteuid());
    EXPECT_EQ(st.st_gid, may_give ? 54321u : getegid());
    EXPECT_EQ(read_file(path), "new");
}

TEST(Output, ANameMayBeAsLongAsTheSystemAllows)
{
    Folder folder;
    Messages d;
    std::string name(255, 'x'), path = folder.path(name);
    ASSERT_TRUE(output_is_possible("-o", path.c_str(), d)) << d.text();
    ASSERT_TRUE(output_write(path.c_str(), "new", 3, d)) << d.text();
    EXPECT_EQ(read_file(path), "new");
    EXPECT_EQ(names_in(folder.path("")), name + "\n");
}

TEST(Output, ALimitOfSizeLeavesTheOldFileAndNothingElse)
{
    Folder folder;
    Messages d;
    std::string path = folder.write("r", "old"), text(100000, 'x');
    rlimit before = {};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit limit = {1000, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_FALSE(output_write(path.c_str(), text.c_str(), text.size(), d));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(diag_status(d), EXIT_IO);
    EXPECT_EQ(d.text(), "accelsim: error: cannot write '" + path +
                            "' (File too large); a place that can be written "
                            "is needed\n");
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(names_in(folder.path("")), "r\n");
}

// In /tmp and its like anybody can put a link to a file of somebody else's.
TEST(Output, ALinkOfSomebodyElseInASharedFolderIsNotFollowed)
{
    Folder folder;
    std::string shared = folder.path("shared"), link = shared + "/l";
    std::string victim = folder.write("victim", "precious");
    ASSERT_EQ(mkdir(shared.c_str(), 0700), 0);
    ASSERT_EQ(chmod(shared.c_str(), 01777), 0);
    ASSERT_EQ(symlink(victim.c_str(), link.c_str()), 0);
    Messages mine, other;
    EXPECT_TRUE(output_write(link.c_str(), "precious", 8, mine));
    if (lchown(link.c_str(), 12345, 12345) != 0)
        GTEST_SKIP() << "files cannot be given to somebody else here";
    EXPECT_FALSE(output_is_possible("-o", link.c_str(), other));
    EXPECT_FALSE(output_write(link.c_str(), "new", 3, other));
    EXPECT_EQ(diag_status(other), EXIT_IO);
    EXPECT_EQ(diag_count(other), 2);
    EXPECT_EQ(read_file(victim), "precious");
    EXPECT_EQ(names_in(shared), "l\n");
}

TEST(Output, APipeWithANameIsWrittenAsItIs)
{
    Folder folder;
    Messages d;
    std::string path = folder.path("pipe"), read;
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    std::thread reader([&] { read = read_file(path); });
    EXPECT_TRUE(output_write(path.c_str(), "new", 3, d)) << d.text();
    reader.join();
    EXPECT_EQ(read, "new");
    struct stat st = {};
    ASSERT_EQ(stat(path.c_str(), &st), 0);
    EXPECT_TRUE(S_ISFIFO(st.st_mode));
}

TEST(Output, AFileOfALibraryIsMovedToItsPlace)
{
    Folder folder;
    Messages d;
    struct stat st = {};
    std::string path = folder.write("wave", "old");
    ASSERT_EQ(chmod(path.c_str(), 0640), 0);
    char *beside = output_folder(path.c_str(), d);
    ASSERT_NE(beside, nullptr) << d.text();
    ASSERT_EQ(stat(beside, &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0700u);
    const std::string made = std::string(beside) + "/made";
    unfinished_name(made.c_str());
    std::ofstream(made) << "new";
    EXPECT_TRUE(output_move(made.c_str(), path.c_str(), d)) << d.text();
    unfinished_remove(beside);
    std::free(beside);
    EXPECT_EQ(read_file(path), "new");
    ASSERT_EQ(stat(path.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0640u);
    EXPECT_EQ(names_in(folder.path("")), "wave\n");
}

// In a process of its own: makes a file, a folder and a file in it, then ends.
int status_of_process_that(const std::string &folder, void (*end)(int), int how)
{
    std::fflush(nullptr); // or exit() in the child would print it, too
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        std::string file = folder + "/.accelsim.XXXXXX", room = file;
        if (unfinished_file(file.data()) < 0 || !unfinished_folder(room.data()))
            _exit(100);
        const std::string inside = room + "/inside";
        unfinished_name(inside.c_str());
        std::ofstream(inside) << "half";
        if (names_in(folder).empty())
            _exit(101);
        end(how);
        _exit(102);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

TEST(Unfinished, FilesGoWithTheProcessHoweverItEnds)
{
    Folder folder;
    const std::string place = folder.path("");
    int status = status_of_process_that(place, std::exit, 7);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
    EXPECT_EQ(names_in(place), "");
    for (int kind : {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGPIPE, SIGTERM,
                     SIGUSR1, SIGXCPU, SIGXFSZ, SIGALRM}) {
        std::signal(kind, SIG_DFL);
        status = status_of_process_that(
            place, [](int n) { std::raise(n); }, kind);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == kind) << status;
        EXPECT_EQ(names_in(place), "") << kind;
    }
}

TEST(Unfinished, AChildLeavesItsParentsFilesAlone)
{
    Folder folder;
    std::string mine = folder.path(".accelsim.XXXXXX");
    const int fd = unfinished_file(mine.data());
    ASSERT_GE(fd, 0);
    close(fd);
    status_of_process_that(
        folder.path(""), [](int n) { std::raise(n); }, SIGTERM);
    EXPECT_EQ(folder.path("") + names_in(folder.path("")), mine + "\n");
    unfinished_remove(mine.c_str());
    EXPECT_EQ(names_in(folder.path("")), "");
}

TEST(Unfinished, ASignalThatIsIgnoredStaysSo)
{
    Folder folder;
    const auto before = std::signal(SIGHUP, SIG_IGN);
    const int status = status_of_process_that(
        folder.path(""),
        [](int n) {
            std::raise(n);
            std::exit(0);
        },
        SIGHUP);
    std::signal(SIGHUP, before);
    EXPECT_EQ(status, 0);
}
} // namespace
