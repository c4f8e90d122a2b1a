# Flags shared by library, program, tests: interface target f2f_flags.
add_library(f2f_flags INTERFACE)
target_compile_options(f2f_flags INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wdouble-promotion -Wvla -Wstrict-prototypes -Wmissing-prototypes
    # a*b+c is rounded twice on every machine and by every compiler: same inputs, same bytes
    -ffp-contract=off
    # __FILE__ in asserts and debug information name files from the source folder on
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
    $<$<BOOL:${FAB2FLEET_WERROR}>:-Werror>)

if(FAB2FLEET_SANITIZE)
    add_compile_options(-fsanitize=${FAB2FLEET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FAB2FLEET_SANITIZE})
endif()
if(FAB2FLEET_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
if(FAB2FLEET_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "FAB2FLEET_FUZZ needs clang; the compiler is ${CMAKE_C_COMPILER_ID}")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
