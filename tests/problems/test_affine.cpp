#include <filesystem>
#include <limits>

#include <unistd.h>

#include <trivium/io/arrays.hpp>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;
using Arrays = std::map<std::string, io::Array>;

namespace {

// A folder that goes with the test.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("trivium_affine_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

// Two workers in R^2: F_0 = (x + 2y + 1, 3x + 4y), F_1 = (-x, y + 1).
Arrays two_workers() {
  return {{"J", {{2, 2, 2}, {1, 2, 3, 4, -1, 0, 0, 1}}}, {"q", {{2, 2}, {1, 0, 0, 1}}}};
}

std::unique_ptr<Problem> make(const Folder& folder, const Arrays& arrays, Table parameters = {},
                              Place place = {}) {
  io::write_arrays(folder.path / "game.h5", arrays, {});
  place.data_folders = {folder.path.string()};
  parameters.set("file", "game.h5");
  return catalogue().make({"affine", parameters, ""}, place);
}

std::string sentence(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the operator is J z + q", "[hdf5]") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const auto problem = make(folder, two_workers());
  const Vector z{1, 10}, v{1, 10};
  CHECK(contract::evaluate(*problem, 0, z).to_host() == std::vector<double>{22, 43});
  CHECK(contract::evaluate(*problem, 1, z).to_host() == std::vector<double>{-1, 11});
  CHECK(contract::jacobian(*problem, 0, z, v, false).to_host() == std::vector<double>{21, 43});
  CHECK(contract::jacobian(*problem, 0, z, v, true).to_host() == std::vector<double>{31, 42});
  CHECK(problem->known().constants.empty());
  CHECK_FALSE(problem->known().solution);
  CHECK_FALSE(problem->known().start);
  CHECK(problem->traits().affine);
}

TEST_CASE("a rank holds its own workers", "[hdf5]") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const auto second = make(folder, two_workers(), {}, Place{1, 2, {}});
  CHECK(second->traits().workers.first == 1);
  CHECK(second->traits().workers.count() == 1);
  CHECK(contract::evaluate(*second, 1, {1, 10}).to_host() == std::vector<double>{-1, 11});
  CHECK_THROWS_AS(make(folder, two_workers(), {}, Place{0, 3, {}}), InputError);
}

TEST_CASE("start, solution, set and scalars are taken over", "[hdf5]") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  Arrays arrays = two_workers();
  arrays["z0"] = {{2}, {5, 6}};
  arrays["solution"] = {{2}, {7, 8}};
  const auto problem =
      make(folder, arrays, {{"set", Table{{"type", "l2_ball"}, {"radius", 1.0}}}, {"dtype", "float32"}});
  CHECK(*problem->known().start == std::vector<double>{5, 6});
  CHECK(*problem->known().solution == std::vector<double>{7, 8});
  CHECK(problem->traits().constrained);
  CHECK(problem->traits().dtype == Dtype::float32);
  Vector z(2, Dtype::float32);
  z.assign(std::vector<double>{3, 4});
  problem->prox(1, z);
  CHECK(z.to_host()[0] == Approx(0.6).epsilon(1e-6));
}

TEST_CASE("a damaged file is a sentence that says where", "[hdf5]") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const auto complaint = [&](const std::string& name, const io::Array& array) {
    Arrays arrays = two_workers();
    arrays[name] = array;
    return sentence([&] { make(folder, arrays); });
  };
  using Catch::Contains;
  CHECK_THAT(complaint("J", {{2, 2}, {1, 2, 3, 4}}), Contains("'J' has shape (2, 2), expected (M, d, d)"));
  CHECK_THAT(complaint("J", {{1, 2, 3}, {1, 2, 3, 4, 5, 6}}),
             Contains("'J' has shape (1, 2, 3), expected (M, d, d)"));
  CHECK_THAT(complaint("q", {{1, 2}, {1, 2}}), Contains("'q' has shape (1, 2), expected (2, 2)"));
  CHECK_THAT(complaint("z0", {{3}, {1, 2, 3}}), Contains("'z0' has shape (3), expected (2)"));
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  CHECK_THAT(complaint("J", {{2, 2, 2}, {1, 2, 3, 4, -1, 0, nan, 1}}),
             Contains("'J' holds nan in row 1, entry 2"));
  CHECK_THAT(complaint("q", {{2, 2}, {1, -infinity, 0, 1}}), Contains("'q' holds -inf in row 0, entry 1"));
  CHECK_THAT(complaint("solution", {{2}, {1, nan}}), Contains("'solution' holds nan"));
  CHECK_THAT(sentence([&] { make(folder, {{"J", {{1, 1, 1}, {1}}}}); }), Contains("'q'"));
  CHECK_THAT(sentence([&] { make(folder, {{"q", {{1, 1}, {1}}}}); }), Contains("'J'"));
}

TEST_CASE("a file must be named and exist") {
  const auto with = [](const Table& parameters) {
    return sentence([&] { catalogue().make({"affine", parameters, ""}, Place{}); });
  };
  CHECK_THAT(with({}), Catch::Contains("affine.file"));
  CHECK_THAT(with({{"file", "no_such_file.h5"}}), Catch::Contains("no_such_file.h5"));
}
