# One target with the warnings and definitions that all our code is compiled with.
option(PP_WERROR "Warnings are errors" OFF)
add_library(pp_flags INTERFACE)
target_compile_options(pp_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual
    -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wnull-dereference $<$<BOOL:${PP_WERROR}>:-Werror>)
# Constants are enumerators here, in sums of doubles too. After -Wconversion, which would turn it on again.
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    target_compile_options(pp_flags INTERFACE -Wno-enum-float-conversion)
endif()
target_compile_definitions(pp_flags INTERFACE _POSIX_C_SOURCE=200809L PP_VERSION="${PROJECT_VERSION}")
target_include_directories(pp_flags INTERFACE ${CMAKE_SOURCE_DIR})
