# Names what the library was built from: cmake -DSOURCE=... -DOUT=... -P build_id.cmake
file(GLOB_RECURSE sources RELATIVE ${SOURCE} ${SOURCE}/src/*.[ch] ${SOURCE}/include/*.h)
list(SORT sources)
foreach(source ${sources})
    file(SHA256 ${SOURCE}/${source} digest)
    string(APPEND all "${source} ${digest}\n")
endforeach()
string(SHA256 id "${all}")
file(WRITE ${OUT} "/* Made by cmake/build_id.cmake: all sources and headers. */\n#define F2F_BUILD_ID \"${id}\"\n")
