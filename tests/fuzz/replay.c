/* Feeds every file of the folders and files named to the fuzz target, so that the corpus is run in every test run under any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return;
    }
    uint8_t *data = NULL;
    size_t size = 0, got;
    uint8_t chunk[65536];
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        data = realloc(data, size + got);
        if (!data) {
            abort();
        }
        memcpy(data + size, chunk, got);
        size += got;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    /* Cut short at a handful of places, and with a byte changed: the neighbours of real input. */
    for (size_t i = 1; i < 24 && size; i++) {
        LLVMFuzzerTestOneInput(data, size * i / 24);
        size_t at = size * i / 24 % size;
        data[at] ^= (uint8_t)(1u << (i % 8));
        LLVMFuzzerTestOneInput(data, size);
        data[at] ^= (uint8_t)(1u << (i % 8));
    }
    free(data);
    replayed++;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            replay(argv[i]);
            continue;
        }
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
            char path[4096];
            if (entry->d_name[0] != '.' && snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name) < (int)sizeof path) {
                replay(path);
            }
        }
        closedir(folder);
    }
    printf("%zu files replayed, each with 46 variants\n", replayed);
    return replayed ? 0 : 1;
}
