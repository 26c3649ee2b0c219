/* plugin_elf.c - walks headers, segments and symbols of an ELF file that is
 * held in memory; each place is looked at only after it proved to lie inside.
 * SPDX-License-Identifier: MIT
 */
#include "sim/plugin/plugin_elf.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/input_file.h"

#define MIB_MAX 64 /* of a plugin */

struct plugin_elf {
    unsigned char *file; /* owns */
    size_t bytes;
    ElfW(Ehdr) head;
    ElfW(Shdr) symbols, names; /* those that the loader looks at */
};

/* Copies what lies at `from`.  false: it is not whole. */
static bool at(const struct plugin_elf *elf, uint64_t from, void *out,
               size_t bytes)
{
    if (from > elf->bytes || bytes > elf->bytes - from)
        return false;
    memcpy(out, elf->file + from, bytes);
    return true;
}

static bool lies_inside(const struct plugin_elf *elf, uint64_t from,
                        uint64_t bytes)
{
    return from <= elf->bytes && bytes <= elf->bytes - from;
}

/* How each file of this machine's begins. */
static const unsigned char of_this_machine[] = {
    ELFMAG0,
    ELFMAG1,
    ELFMAG2,
    ELFMAG3,
    sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32,
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB};

static bool is_shared_object(struct plugin_elf *elf)
{
    return at(elf, 0, &elf->head, sizeof(elf->head)) &&
           memcmp(elf->head.e_ident, of_this_machine,
                  sizeof(of_this_machine)) == 0 &&
           elf->head.e_type == ET_DYN &&
           elf->head.e_phentsize == sizeof(ElfW(Phdr)) &&
           elf->head.e_shentsize == sizeof(ElfW(Shdr));
}

static bool segment(const struct plugin_elf *elf, int i, ElfW(Phdr) * out)
{
    return at(elf, elf->head.e_phoff + (uint64_t)i * sizeof(*out), out,
              sizeof(*out));
}

static bool section(const struct plugin_elf *elf, int i, ElfW(Shdr) * out)
{
    return at(elf, elf->head.e_shoff + (uint64_t)i * sizeof(*out), out,
              sizeof(*out));
}

/* Whether all that is mapped is there.  What is mapped of a file behind its end
 * ends the program by a signal once it is looked at. */
static bool is_whole(struct plugin_elf *elf)
{
    ElfW(Phdr) part;
    ElfW(Shdr) table;
    for (int i = 0; i < elf->head.e_phnum; i++)
        if (!segment(elf, i, &part) ||
            !lies_inside(elf, part.p_offset, part.p_filesz) ||
            (part.p_type == PT_LOAD && part.p_filesz > part.p_memsz))
            return false;
    /* The table of sections stands at the end. */
    for (int i = 0; i < elf->head.e_shnum; i++) {
        if (!section(elf, i, &table) ||
            (table.sh_type != SHT_NOBITS &&
             !lies_inside(elf, table.sh_offset, table.sh_size)))
            return false;
        if (table.sh_type == SHT_DYNSYM)
            elf->symbols = table;
    }
    return elf->symbols.sh_type == SHT_DYNSYM &&
           section(elf, (int)elf->symbols.sh_link, &elf->names) &&
           lies_inside(elf, elf->names.sh_offset, elf->names.sh_size);
}

/* Reads all bytes of the open file. */
static bool read_bytes(struct plugin_elf *elf, FILE *from,
                       const struct stat *st, struct src_pos where,
                       struct diag *d)
{
    if (!S_ISREG(st->st_mode) || st->st_size > (off_t)MIB_MAX << 20)
        return diag_error(d, where,
                          "the plugin is %s; a shared object is needed",
                          S_ISDIR(st->st_mode)   ? "a folder"
                          : S_ISREG(st->st_mode) ? "larger than 64 MiB"
                                                 : "no regular file");
    elf->file = xcalloc((size_t)st->st_size + 1, 1);
    elf->bytes = fread(elf->file, 1, (size_t)st->st_size, from);
    return ferror(from) == 0 ||
           diag_fail(d, EXIT_IO, where,
                     "the plugin cannot be read (%s); a readable file is "
                     "needed",
                     strerror(errno));
}

struct plugin_elf *plugin_elf_read(const char *path, struct diag *d)
{
    const struct src_pos where = {path, 0};
    struct plugin_elf *elf = xcalloc(1, sizeof(*elf));
    struct stat st;
    FILE *from = input_open(path, &st);
    bool ok = from != NULL && read_bytes(elf, from, &st, where, d);
    if (from == NULL)
        diag_fail(d, input_status(errno), where,
                  "cannot load the plugin (%s); the path of a shared object is "
                  "needed",
                  strerror(errno));
    else
        fclose(from);
    if (ok && !is_shared_object(elf))
        ok = diag_error(d, where,
                        "the plugin is no shared object of this machine; what "
                        "'cc -shared' makes is needed");
    else if (ok && !is_whole(elf))
        ok = diag_error(d, where,
                        "the plugin is cut short or lacks its symbols; a whole "
                        "shared object is needed");
    if (ok)
        return elf;
    plugin_elf_free(elf);
    return NULL;
}

void plugin_elf_free(struct plugin_elf *elf)
{
    if (elf == NULL)
        return;
    free(elf->file);
    free(elf);
}

static bool is_named(const struct plugin_elf *elf, const ElfW(Sym) * symbol,
                     const char *name)
{
    const size_t bytes = strlen(name) + 1;
    return symbol->st_name < elf->names.sh_size &&
           bytes <= elf->names.sh_size - symbol->st_name &&
           memcmp(elf->file + elf->names.sh_offset + symbol->st_name, name,
                  bytes) == 0;
}

static bool find(const struct plugin_elf *elf, const char *name,
                 ElfW(Sym) * out)
{
    const uint64_t n = elf->symbols.sh_size / sizeof(*out);
    for (uint64_t i = 0; i < n; i++)
        if (at(elf, elf->symbols.sh_offset + i * sizeof(*out), out,
               sizeof(*out)) &&
            out->st_shndx != SHN_UNDEF && is_named(elf, out, name))
            return true;
    return false;
}

bool plugin_elf_defines(const struct plugin_elf *elf, const char *name)
{
    ElfW(Sym) symbol;
    return find(elf, name, &symbol);
}

bool plugin_elf_constant(const struct plugin_elf *elf, const char *name,
                         void *out, size_t bytes)
{
    ElfW(Sym) symbol;
    ElfW(Phdr) part;
    if (!find(elf, name, &symbol) || symbol.st_size < bytes)
        return false;
    for (int i = 0; i < elf->head.e_phnum; i++)
        if (segment(elf, i, &part) && part.p_type == PT_LOAD &&
            symbol.st_value >= part.p_vaddr &&
            symbol.st_value - part.p_vaddr < part.p_filesz)
            return bytes <= part.p_filesz - (symbol.st_value - part.p_vaddr) &&
                   at(elf, part.p_offset + (symbol.st_value - part.p_vaddr),
                      out, bytes);
    return false;
}
