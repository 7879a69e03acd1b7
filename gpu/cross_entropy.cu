// Cross-entropy of a perceptron's logits: its derivative, its sum, and how many images are classified
// rightly.
#include <cmath>

#include <trivium/gpu/network.hpp>

#include "detail/card.cuh"
#include "detail/launch.cuh"
#include "detail/picked.cuh"
#include "detail/room.cuh"
#include "detail/rows.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

/// The logits of one row.
template <class T>
struct Logits {
  const T *z, *biases;
  unsigned classes;
  __device__ T operator[](unsigned k) const { return z[k] + biases[k]; }
  __device__ T largest(unsigned lane) const {
    T found = -static_cast<T>(HUGE_VALF);
    for (unsigned k = lane; k < classes; k += warp_size) found = (*this)[k] > found ? (*this)[k] : found;
    return warp_largest(found);
  }
};

template <class T>
__global__ void __launch_bounds__(block_threads)
    cross_entropy_slope_kernel(const std::uint8_t* labels, Numbers number, T weight, const T* biases, T* z,
                               std::size_t rows, unsigned classes) {
  for_rows(rows, [&](std::size_t row, unsigned lane) {
    T* const out = z + row * classes;
    const Logits<T> logits{out, biases, classes};
    const T largest = logits.largest(lane);
    const unsigned label = labels[number(row)];
    T sum = 0;
    for (unsigned k = lane; k < classes; k += warp_size) sum += out[k] = std::exp(logits[k] - largest);
    const T scale = weight / warp_total(sum);
    for (unsigned k = lane; k < classes; k += warp_size)
      out[k] = out[k] * scale - (k == label ? weight : T{0});
  });
}

/// -log softmax(z)_label = log sum exp(z - largest) + largest - z_label; the same in every lane.
struct Loss {
  template <class T>
  __device__ double operator()(const Logits<T>& logits, unsigned label, unsigned lane) const {
    const T largest = logits.largest(lane);
    T sum = 0;
    for (unsigned k = lane; k < logits.classes; k += warp_size) sum += std::exp(logits[k] - largest);
    return std::log(warp_total(sum)) + (largest - logits[label]);
  }
};

/// 1 where the label's logit is above every other.
struct Correct {
  template <class T>
  __device__ double operator()(const Logits<T>& logits, unsigned label, unsigned lane) const {
    unsigned failures = 0;
    for (unsigned k = lane; k < logits.classes; k += warp_size)
      failures += !(k == label || logits[k] < logits[label]);
    return warp_total(failures) == 0;
  }
};

/// The sum of `score` over the rows of each block.
template <class Score, class T>
__global__ void __launch_bounds__(block_threads)
    score_kernel(Score score, const std::uint8_t* labels, Numbers number, const T* biases, const T* z,
                 std::size_t rows, unsigned classes, double* partials) {
  double sum = 0;
  for_rows(rows, [&](std::size_t row, unsigned lane) {
    const double found = score(Logits<T>{z + row * classes, biases, classes}, labels[number(row)], lane);
    if (lane == 0) sum += found;
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

bool logits_fit(const Picked& images, ConstPart biases, ConstMatrixPart z) {
  constexpr std::size_t most_classes = 256;  // labels are bytes
  return fits(images, z.rows) && biases.size == z.columns && biases.dtype == z.dtype &&
         z.columns <= most_classes;
}

template <class Score>
void add_score(const char* name, Score score, const Picked& images, double weight, ConstPart biases,
               ConstMatrixPart z, Part out) {
  require(logits_fit(images, biases, z) && out.dtype == Dtype::float64 && out.size == 1, name);
  const Lane lane = card_lane();
  const auto partials = static_cast<double*>(room(most_partials * sizeof(double)));
  const unsigned blocks = blocks_for_rows(z.rows, most_partials);
  with_type(z.dtype, [&]<class T>(T) {
    launch(name, lane.stream, blocks, score_kernel<Score, T>, score, images.images.labels(),
           numbers_of(images), static_cast<const T*>(biases.data), static_cast<const T*>(z.data), z.rows,
           static_cast<unsigned>(z.columns), partials);
  });
  add_up(lane, partials, blocks, weight, 1, static_cast<double*>(out.data));
}

}  // namespace

void cross_entropy_slope(const Picked& images, double weight, ConstPart biases, MatrixPart z) {
  require(logits_fit(images, biases, z), "cross_entropy_slope");
  const Lane lane = card_lane();
  with_type(z.dtype, [&]<class T>(T) {
    launch("cross_entropy_slope", lane.stream, blocks_for_rows(z.rows, lane.most_blocks),
           cross_entropy_slope_kernel<T>, images.images.labels(), numbers_of(images), static_cast<T>(weight),
           static_cast<const T*>(biases.data), static_cast<T*>(z.data), z.rows,
           static_cast<unsigned>(z.columns));
  });
}

void add_cross_entropy(const Picked& images, double weight, ConstPart biases, ConstMatrixPart z, Part sum) {
  add_score("add_cross_entropy", Loss{}, images, weight, biases, z, sum);
}

void add_correct(const Picked& images, ConstPart biases, ConstMatrixPart z, Part count) {
  add_score("add_correct", Correct{}, images, 1, biases, z, count);
}

}  // namespace trivium::gpu
