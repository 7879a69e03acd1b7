#include <csignal>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>

#if __has_include(<hdf5.h>)
#include <hdf5.h>
#endif

#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;
using Shape = std::vector<std::size_t>;
using Values = std::vector<double>;

TEST_CASE("a build without HDF5 says so") {
  if (io::hdf5_available()) return;
  CHECK_THROWS_WITH(io::ArrayFile("x.h5"), Contains("built without HDF5; configure with -DTRIVIUM_HDF5=ON"));
  CHECK_THROWS_AS(io::write_arrays("x.h5", {}, {}), InputError);
}

TEST_CASE("arrays of any rank and attributes of three types come back") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "new/folders/arrays.h5";
  const io::Attributes attributes{{"note", "two\nlines, \xc3\xa9"},
                                  {"empty", ""},
                                  {"mu", 0.1},
                                  {"seed", std::int64_t{-7}},
                                  {"long", std::string(100000, 'x')}};
  io::write_arrays(
      path,
      {{"number", {{}, {2.5}}}, {"none", {{0, 3}, {}}}, {"group/cube", {{2, 1, 3}, {1, 2, 3, 4, 5, 6}}}},
      attributes);
  const io::ArrayFile file(path);
  CHECK(file.names() == std::vector<std::string>{"group/cube", "none", "number"});
  CHECK(file.names("group") == std::vector<std::string>{"cube"});
  CHECK(file.names("nothing").empty());
  CHECK(file.shape("number").empty());
  CHECK(file.read("number") == Values{2.5});
  CHECK(file.shape("none") == Shape{0, 3});
  CHECK(file.read("none").empty());
  CHECK(file.shape("group/cube") == Shape{2, 1, 3});
  CHECK(file.read("group/cube") == Values{1, 2, 3, 4, 5, 6});
  CHECK(file.attributes() == attributes);
  CHECK(file.has("number"));
  CHECK_FALSE(file.has("group"));
  CHECK_FALSE(file.has("group/cube/x"));
}

TEST_CASE("rows of the first dimension are read alone") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "a.h5";
  // J of shape (3, 2, 2): row m holds 4m .. 4m + 3.
  io::write_arrays(path, {{"J", {{3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}}, {"one", {{}, {1}}}},
                   {});
  const io::ArrayFile file(path);
  CHECK(file.read_rows("J", 1, 2) == Values{4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(file.read_rows("J", 0, 3) == file.read("J"));
  CHECK(file.read_rows("J", 3, 0).empty());
  CHECK_THROWS_WITH(file.read_rows("J", 2, 2),
                    "dataset 'J' of '" + path + "' has 3 rows; rows 2 to 4 were asked for");
  CHECK_THROWS_WITH(file.read_rows("J", 4, 0), Contains("has 3 rows"));
  CHECK_THROWS_WITH(file.read_rows("one", 0, 1), Contains("is a single number; expected rows"));
}

TEST_CASE("mistakes about files are sentences") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "a.h5";
  io::write_arrays(path, {{"matrix", {{2}, {1, 2}}}, {"vector", {{2}, {1, 2}}}}, {});
  CHECK_THROWS_WITH(io::ArrayFile(folder / "b.h5"),
                    "there is no file '" + folder / "b.h5" + "'; expected an HDF5 file");
  CHECK_THROWS_WITH(io::ArrayFile(folder.path()), Contains("is a folder"));
  CHECK_THROWS_WITH(io::ArrayFile(folder.write("text", "hello")), Contains("is not an HDF5 file"));
  CHECK_THROWS_WITH(io::ArrayFile(folder.write("nothing", "")), Contains("is not an HDF5 file"));
  CHECK_THROWS_WITH(io::ArrayFile(path).read("matrx"),
                    "'" + path +
                        "' has no dataset 'matrx'; did you mean 'matrix'? known: "
                        "matrix, vector");
  const std::string whole = folder.read("a.h5");
  CHECK_THROWS_WITH(io::ArrayFile(folder.write("cut.h5", whole.substr(0, whole.size() - 1))),
                    Contains("is damaged (truncated file"));
}

TEST_CASE("what cannot be written leaves nothing behind and the old file untouched") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "a.h5";
  io::write_arrays(path, {{"x", {{2}, {1, 2}}}}, {});
  const std::string before = folder.read("a.h5");
  CHECK_THROWS_WITH(io::write_arrays(path, {{"x", {{2, 2}, {1, 2, 3}}}}, {}),
                    Contains("array 'x'") && Contains("has 3 values, expected 4 for shape (2, 2)"));
  CHECK_THROWS_WITH(io::write_arrays(folder.path(), {}, {}), Contains("it is a folder"));
  CHECK_THROWS_WITH(io::write_arrays(path + "/below/b.h5", {}, {}), Contains("cannot be made"));

  // A disk that fills up: no file may grow beyond 10000 bytes.
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  rlimit small = old_limit;
  small.rlim_cur = 10000;
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_WITH(io::write_arrays(path, {{"x", {{5000}, Values(5000)}}}, {}),
                    Contains("cannot be written: File too large"));
  setrlimit(RLIMIT_FSIZE, &old_limit);

  CHECK(folder.read("a.h5") == before);
  CHECK(folder.names() == std::vector<std::string>{"a.h5"});
}

#ifdef H5_VERS_MAJOR
namespace {
/// A file as another program might write it: big-endian, narrow, integer, text.
void write_foreign(const std::string& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t size = 3;
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const std::pair<const char*, hid_t> types[] = {
      {"int16", H5T_STD_I16BE}, {"uint64", H5T_STD_U64LE}, {"float32", H5T_IEEE_F32BE}};
  const double numbers[] = {1, 2, 300};
  for (const auto& [name, type] : types) {
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers);
    H5Dclose(dataset);
  }
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 4);
  H5Dclose(H5Dcreate2(file, "text", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  const hid_t scalar = H5Screate(H5S_SCALAR);
  const hid_t fixed = H5Acreate2(file, "fixed", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(fixed, text, "abcd");  // no zero at the end
  const hid_t list = H5Acreate2(file, "list", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
  for (const hid_t attribute : {fixed, list}) H5Aclose(attribute);
  for (const hid_t each : {space, scalar}) H5Sclose(each);
  H5Tclose(text);
  H5Fclose(file);
}
}  // namespace

TEST_CASE("numbers of any width and byte order are read as float64") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  write_foreign(folder / "foreign.h5");
  const io::ArrayFile file(folder / "foreign.h5");
  for (const char* name : {"int16", "uint64", "float32"}) CHECK(file.read(name) == Values{1, 2, 300});
  CHECK(file.read_rows("int16", 2, 1) == Values{300});
  CHECK_THROWS_WITH(file.read("text"), Contains("dataset 'text'") && Contains("does not hold numbers"));
  CHECK(file.attributes() == io::Attributes{{"fixed", "abcd"}});  // a list is no single value
}
#endif
