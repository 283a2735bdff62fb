# Writes OUTPUT, a C file with the functions asset_css and asset_js, from the file CSS and the files JS (apart by "|"), which become one function's body
# without their indentation:  cmake -DOUTPUT=… -DCSS=… -DJS=… -P embed.cmake
function(bytes_of file variable)
    file(READ ${file} hex HEX)
    # A space after a line's end is indentation (the files hold no texts of several lines): 0a 20 20 becomes 0a.
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\1," hex "${hex}")
    string(REGEX REPLACE "0a,(20,)+" "0a," hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])," "0x\\1," hex "${hex}")
    set(${variable} "${hex}" PARENT_SCOPE)
endfunction()

function(text_bytes text variable)
    string(HEX "${text}" hex)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
    set(${variable} "${hex}" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" scripts "${JS}")
bytes_of(${CSS} css)
text_bytes("'use strict';\n(function () {\n" js)
foreach(script IN LISTS scripts)
    bytes_of(${script} bytes)
    string(APPEND js "${bytes}")
endforeach()
text_bytes("})();" end)
string(APPEND js "${end}")

set(code "/* Made by cmake/embed.cmake from render/assets. */\n#include \"render/assets.h\"\n")
foreach(asset css js)
    string(REGEX REPLACE "(0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,)" "\\1\n" bytes "${${asset}}")
    string(APPEND code "static const unsigned char ${asset}_bytes[] = {${bytes} 0};\n"
        "struct pp_str asset_${asset}(void)\n{\n"
        "    return (struct pp_str){(const char *)${asset}_bytes, sizeof ${asset}_bytes - 1};\n}\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
