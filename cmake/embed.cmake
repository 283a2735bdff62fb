# Writes OUTPUT, a C file with the functions asset_css and asset_js, from the files CSS and JS:  cmake -DOUTPUT=… -DCSS=… -DJS=… -P embed.cmake
set(code "/* Made by cmake/embed.cmake from render/assets. */\n#include \"render/assets.h\"\n")
foreach(asset css js)
    string(TOUPPER ${asset} variable)
    file(READ ${${variable}} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,0x[0-9a-f]+,)" "\\1\n" bytes "${bytes}")
    string(APPEND code "static const unsigned char ${asset}_bytes[] = {${bytes} 0};\n"
        "struct pp_str asset_${asset}(void)\n{\n"
        "    return (struct pp_str){(const char *)${asset}_bytes, sizeof ${asset}_bytes - 1};\n}\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
