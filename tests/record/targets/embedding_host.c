/* Opens a library and runs its embedded_main: embedding_host LIBRARY ARGUMENTS. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int (*run)(int, char **) = NULL;
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    if (library) {
        *(void **)&run = dlsym(library, "embedded_main");
    }
    if (!run) {
        fprintf(stderr, "%s\n", argc > 1 ? dlerror() : "no library");
        return 1;
    }
    return run(argc - 1, argv + 1);
}
