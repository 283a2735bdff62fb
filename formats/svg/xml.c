#include "formats/svg/xml.h"

#ifdef PP_LIBXML2_FILE

#include <dlfcn.h>
#include <string.h>

/* ISO C has no conversion from an object's address to a function's; POSIX promises that they are of one size. */
static bool find(void *library, const char *name, void *function, struct pp_error *err)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address || pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "%s has no function %s", PP_LIBXML2_FILE, name);
}

bool svg_xml_load(struct svg_xml *xml, struct pp_error *err)
{
    void *library = dlopen(PP_LIBXML2_FILE, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "reading SVG needs libxml2, which cannot be loaded: %s",
                       dlerror());
    }
    xmlFreeFunc *variable;
    bool found = find(library, "xmlFree", &variable, err);
#define FUNCTION(name) found = found && find(library, #name, &xml->name, err);
    SVG_XML_FUNCTIONS(FUNCTION)
#undef FUNCTION
    xml->release = found ? *variable : NULL;
    return found;
}

#else

bool svg_xml_load(struct svg_xml *xml, struct pp_error *err)
{
    (void)err;
#define FUNCTION(name) xml->name = name;
    SVG_XML_FUNCTIONS(FUNCTION)
#undef FUNCTION
    xml->release = xmlFree;
    return true;
}

#endif
