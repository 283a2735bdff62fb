/* libxml2, loaded when a picture is read and not before: with the libraries it needs itself (ICU, the C++ runtime) it takes half of the start of a program
 * that has something else to do, and programs of a pipe start many at once. Built with -DPP_LINK_LIBXML2=ON it is linked as other libraries are. */
#ifndef PP_FORMATS_SVG_XML_H
#define PP_FORMATS_SVG_XML_H

#include <libxml/xmlreader.h>

#include "base/error.h"

#define SVG_XML_FUNCTIONS(FUNCTION)                                                                                    \
    FUNCTION(xmlReaderForIO)                                                                                           \
    FUNCTION(xmlFreeTextReader)                                                                                        \
    FUNCTION(xmlTextReaderSetStructuredErrorHandler)                                                                   \
    FUNCTION(xmlTextReaderRead)                                                                                        \
    FUNCTION(xmlTextReaderNodeType)                                                                                    \
    FUNCTION(xmlTextReaderConstName)                                                                                   \
    FUNCTION(xmlTextReaderConstLocalName)                                                                              \
    FUNCTION(xmlTextReaderGetAttribute)                                                                                \
    FUNCTION(xmlTextReaderReadString)                                                                                  \
    FUNCTION(xmlTextReaderGetParserLineNumber)                                                                         \
    FUNCTION(xmlTextReaderGetParserColumnNumber)

/* The functions of libxml2 under their own names. */
struct svg_xml {
#define FUNCTION(name) __typeof__(&name) name;
    SVG_XML_FUNCTIONS(FUNCTION)
#undef FUNCTION
    xmlFreeFunc release; /* for what the functions above gave */
};

/* Fills *xml. False with an error that names the library when it cannot be loaded. It stays loaded: it keeps state of its own for the process. */
bool svg_xml_load(struct svg_xml *xml, struct pp_error *err);

#endif
