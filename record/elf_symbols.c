#include "record/elf_symbols.h"

#include <string.h>

#include <gelf.h>
#include <libelf.h>

#include "base/str.h"

enum { PAGE = 4096 };

static void take_symbol(struct elf_python *found, const char *name, const GElf_Sym *symbol, bool *old)
{
    if (strcmp(name, "_PyRuntime") == 0) {
        found->runtime = symbol->st_value;
    } else if (strcmp(name, "Py_Version") == 0) {
        found->version = symbol->st_value;
    } else if (strcmp(name, "_PyThreadState_Current") == 0 || strcmp(name, "PyThreadState_Get") == 0) {
        *old = true;
    }
}

static void scan_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct elf_python *found, bool *old)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? (size_t)(header->sh_size / header->sh_entsize) : 0;
    for (size_t i = 0; i < count; i++) {
        GElf_Sym symbol;
        /* Undefined ones are of the programs that only use the library. */
        if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF) {
            continue;
        }
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name) {
            take_symbol(found, name, &symbol, old);
        }
    }
}

/* "3.9.18" with a NUL on both sides, as PY_VERSION stands among the constants; "+" ends versions between releases. */
static bool version_at(struct pp_str s, size_t at, struct elf_python *found)
{
    size_t i = at + 1;
    unsigned major = (unsigned)(s.data[i] - '0'), minor = 0;
    if ((major != 2 && major != 3) || s.data[i + 1] != '.') {
        return false;
    }
    for (i += 2; i < s.len && s.data[i] >= '0' && s.data[i] <= '9' && minor < 100; i++) {
        minor = minor * 10 + (unsigned)(s.data[i] - '0');
    }
    if (i + 1 >= s.len || s.data[i] != '.' || s.data[i + 1] < '0' || s.data[i + 1] > '9') {
        return false;
    }
    unsigned micro = 0;
    for (i++; i < s.len && s.data[i] >= '0' && s.data[i] <= '9' && micro < 100; i++) {
        micro = micro * 10 + (unsigned)(s.data[i] - '0');
    }
    if (i >= s.len || (s.data[i] != '\0' && s.data[i] != '+' && s.data[i] != 'r')) {
        return false;
    }
    found->major = major;
    found->minor = minor;
    found->micro = micro;
    return true;
}

static void scan_constants(Elf_Scn *section, struct elf_python *found)
{
    Elf_Data *data = elf_getdata(section, NULL);
    struct pp_str s = {data ? data->d_buf : NULL, data && data->d_buf ? data->d_size : 0};
    for (size_t i = 0; i + 8 < s.len; i++) {
        if (s.data[i] == '\0' && s.data[i + 2] == '.' && version_at(s, i, found)) {
            return;
        }
    }
    /* The linker lets a constant be the end of another one: of a folder's name, mostly. */
    for (size_t i = 0; i + 8 < s.len; i++) {
        if (s.data[i] == '/' && s.data[i + 2] == '.' && version_at(s, i, found)) {
            return;
        }
    }
}

static void find_first_load(Elf *elf, struct elf_python *found)
{
    size_t count = 0;
    (void)elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD) {
            found->first_load = header.p_vaddr / PAGE * PAGE;
            return;
        }
    }
}

static void look(Elf *elf, struct elf_python *found)
{
    size_t names = 0;
    uint64_t runtime_section = 0;
    bool old = false;
    Elf_Scn *constants = NULL;
    (void)elf_getshdrstrndx(elf, &names);
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header)) {
            continue;
        }
        const char *name = elf_strptr(elf, names, header.sh_name);
        if (header.sh_type == SHT_DYNSYM || (header.sh_type == SHT_SYMTAB && !found->runtime)) {
            scan_symbols(elf, section, &header, found, &old);
        } else if (name && strcmp(name, ".PyRuntime") == 0) {
            runtime_section = header.sh_addr;
        } else if (name && strcmp(name, ".rodata") == 0 && header.sh_type == SHT_PROGBITS) {
            constants = section;
        }
    }
    found->runtime = found->runtime ? found->runtime : runtime_section;
    found->old_python = old && !found->runtime;
    if ((found->runtime || old) && !found->version && constants) {
        scan_constants(constants, found);
    }
    find_first_load(elf, found);
}

bool elf_find_python(int fd, struct elf_python *found)
{
    *found = (struct elf_python){0};
    (void)elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (!elf) {
        return false;
    }
    bool good = elf_kind(elf) == ELF_K_ELF && gelf_getclass(elf) == ELFCLASS64;
    if (good) {
        look(elf, found);
    }
    elf_end(elf);
    return good;
}
