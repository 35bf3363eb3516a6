# What Debian does not carry lies in the cache, put there by scripts/setup.
if(DEFINED ENV{OFFHOOK_CACHE})
  set(OFFHOOK_CACHE $ENV{OFFHOOK_CACHE} CACHE PATH "where set-up keeps downloads and libraries")
else()
  set(OFFHOOK_CACHE $ENV{HOME}/.cache/offhook CACHE PATH "where set-up keeps downloads and libraries")
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json headers)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 3.40 REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(runtime ${OFFHOOK_CACHE}/runtime)
add_library(onnxruntime SHARED IMPORTED)
set_target_properties(onnxruntime PROPERTIES
  IMPORTED_LOCATION ${runtime}/sherpa-onnx-core-2.0.1/lib/libonnxruntime.so
  INTERFACE_INCLUDE_DIRECTORIES ${runtime}/onnxruntime-headers-1.21)
add_library(sherpa SHARED IMPORTED)
set_target_properties(sherpa PROPERTIES
  IMPORTED_LOCATION ${runtime}/sherpa-onnx-core-2.0.1/lib/libsherpa-onnx-c-api.so
  INTERFACE_INCLUDE_DIRECTORIES ${runtime}/sherpa-onnx-core-2.0.1/include)
set(CMAKE_BUILD_RPATH ${runtime}/sherpa-onnx-core-2.0.1/lib)
