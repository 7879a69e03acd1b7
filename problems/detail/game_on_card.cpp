#include "game_on_card.hpp"

#include "on_device.hpp"
#include "reference_game.hpp"

namespace trivium::problems::detail {
namespace {

template <class T>
gpu::Matrix uploaded(const Matrix<T>& A) {
  return A.empty() ? gpu::Matrix() : gpu::Matrix(A.rows(), A.columns(), A.row(0), A.leading());
}

}  // namespace

template <class T>
GameOnCard::GameOnCard(const GameData<T>& data)
    : n_(data.B.rows()),
      P_(uploaded(data.P)),
      B_(uploaded(data.B)),
      R_(uploaded(data.R)),
      E_(placed(std::span(data.E), gpu::device())),
      G_(placed(std::span(data.G), gpu::device())),
      q_(placed(std::span(data.q), gpu::device())) {}

template GameOnCard::GameOnCard(const GameData<double>&);
template GameOnCard::GameOnCard(const GameData<float>&);

void GameOnCard::apply(std::size_t row, const Vector& z, bool transposed, bool linear, Vector& out) const {
  using gpu::ConstPart, gpu::Part, gpu::Op;
  const double sign = transposed ? -1 : 1;
  const ConstPart x(z, 0, n_), y(z, n_, n_), q(q_, row * 2 * n_, 2 * n_);
  const Part out_x(out, 0, n_), out_y(out, n_, n_);
  gpu::couple({E_, row * n_, n_}, {G_, row * n_, n_}, sign, linear ? &q : nullptr, z, out);
  if (!P_.empty()) gpu::multiply(1, P_, Op::plain, x, 1, out_x);
  if (!R_.empty()) gpu::multiply(1, R_, Op::plain, y, 1, out_y);
  gpu::add_both_products(B_, sign, y, out_x, -sign, x, out_y);
}

}  // namespace trivium::problems::detail
