# pp_add_tool(NAME SOURCES... [LIBS...]) adds the program NAME, whose main file is NAME.c in the current folder, installs it and its manual
# page NAME.1, and registers it for the tests that every program must pass (tests/CMakeLists.txt reads the property PP_TOOLS).
# pp_add_links(NAME LINK...) gives the program further names, in the build's bin folder and when installed.
function(pp_add_tool name)
    cmake_parse_arguments(TOOL "" "" "SOURCES;LIBS" ${ARGN})
    add_executable(${name} ${name}.c ${TOOL_SOURCES})
    target_link_libraries(${name} PRIVATE pp_cli ${TOOL_LIBS})
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.1)
        install(FILES ${name}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    endif()
    set_property(GLOBAL APPEND PROPERTY PP_TOOLS ${name})
    set_property(GLOBAL PROPERTY PP_TOOL_FOLDER_${name} ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

function(pp_add_links name)
    foreach(link IN LISTS ARGN)
        add_custom_command(TARGET ${name} POST_BUILD
            COMMAND ${CMAKE_COMMAND} -E create_symlink ${name} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${link})
        install(CODE "execute_process(COMMAND \${CMAKE_COMMAND} -E create_symlink ${name}
            \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/${link}\")")
        install(CODE "execute_process(COMMAND \${CMAKE_COMMAND} -E create_symlink ${name}.1
            \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/${link}.1\")")
    endforeach()
endfunction()
