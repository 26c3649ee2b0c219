// messages.h - what a diag said, and files to be wrong about.
// SPDX-License-Identifier: MIT
#ifndef TEST_MESSAGES_H
#define TEST_MESSAGES_H

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

#include "sim/base/diag.h"

// A diag that frees itself at the end of its scope.
class Messages
{
  public:
    Messages() : d(diag_new())
    {
    }
    ~Messages()
    {
        diag_free(d);
    }
    Messages(const Messages &) = delete;
    Messages &operator=(const Messages &) = delete;
    operator struct diag *()
    {
        return d;
    }
    // All messages, one a line.
    std::string text() const
    {
        std::string all;
        for (int i = 0; i < diag_count(d); i++)
            all += std::string(diag_text(d, i)) + "\n";
        return all;
    }

  private:
    struct diag *d;
};

// A temporary folder that is removed with the object; files in it are known by
// name.
class Folder
{
  public:
    Folder()
    {
        char name[] = "/tmp/accelsim_test_XXXXXX";
        path_ = mkdtemp(name);
    }
    ~Folder()
    {
        std::string command = "rm -rf '" + path_ + "'";
        if (std::system(command.c_str()) != 0)
            std::perror("rm");
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string write(const std::string &name, const std::string &text) const
    {
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    std::string path(const std::string &name) const
    {
        return path_ + "/" + name;
    }

  private:
    std::string path_;
};

#endif
