#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/transport.hpp>

#include "commands.hpp"
#include "version.hpp"

namespace {

using namespace trivium;
using experiments::Request;

constexpr const char* examples = R"(
examples:
  trivium run experiments/first.toml                 every method, grid point and seed of an experiment
  mpirun -n 4 trivium run experiments/first.toml     the same numbers, computed by 4 processes
  trivium verify experiments/first.toml              runs it too, and says which of its claims hold
  trivium check experiments/first.toml               constants, theory step sizes, predicted bits; runs nothing
  trivium plot results/first -x rounds               PNG and PDF
  trivium describe masha1                            parameters, formulas, paper
)";

void data_option(CLI::App& command, std::vector<std::string>& folders) {
  command
      .add_option("--data", folders,
                  "a folder to look for data files in, before $TRIVIUM_DATA, FILE's folder and ./data")
      ->expected(1)
      ->take_all();
}

void experiment_options(CLI::App& command, Request& request) {
  command.add_option("FILE", request.file, "the experiment, a TOML file")->required();
  command
      .add_option("--set", request.overrides,
                  "replace a value: key=value, e.g. problem.workers=10 or method.0.step=0.5")
      ->expected(1)
      ->take_all();
  data_option(command, request.data_folders);
}

void verify_options(CLI::App& command, experiments::VerifyRequest& request) {
  command.add_option(
      "NAME", request.names,
      "experiment files, folders of them, or names of trivium's own such as `first`; all of "
      "those unless given, but for long ones: `adversarial/long` has to be named. Files without a "
      "[[claim]] are left out");
  data_option(command, request.data_folders);
  command.add_option("--out", request.out, "folder for the results, DIR/<name> (default: results/<name>)");
  command.add_flag("--overwrite", request.overwrite, "run again what is there already");
  command.add_option("--only", request.only, "only files whose name contains this text");
  command.footer("exit code: 0 when every claim holds, 1 when one does not, 2 for a mistake in the input");
}

/// What was wrong with the command line, as a sentence.
[[noreturn]] void refuse(const CLI::App& app, const char* command, const std::string& complaint) {
  std::vector<std::string> names;
  for (const CLI::App* known : app.get_subcommands({})) names.push_back(known->get_name());
  if (command == nullptr || *command == '-') reject("{}; see `trivium --help`", complaint);
  if (std::find(names.begin(), names.end(), command) == names.end())
    reject("no command named '{}'{}", command, did_you_mean(command, names));
  reject("{}; see `trivium {} --help`", complaint, command);
}

/// Parses the command line and does what it says. The exit code, the same on every rank.
int command_line(int argc, char** argv, mpi::Transport& transport) {
  const bool server = transport.rank() == 0;
  CLI::App app{"trivium: how much communication does it take to solve a variational inequality?"};
  app.footer(examples);
  app.set_version_flag("--version",
                       fmt::format("trivium {} ({})", experiments::version, experiments::git_revision));
  app.require_subcommand(1);
  Request request;
  experiments::VerifyRequest verify_request;
  std::string kind, name;

  CLI::App* run = app.add_subcommand("run", "run an experiment; alone or under mpirun");
  experiment_options(*run, request);
  run->add_option("--out", request.out, "folder for the results (default: results/<name>)");
  auto* resume = run->add_flag("--resume", request.resume, "keep finished runs, go on with interrupted ones");
  run->add_flag("--overwrite", request.overwrite, "replace results that are there already")->excludes(resume);

  CLI::App* verify = app.add_subcommand(
      "verify", "run experiments, keeping finished runs, and say which of their claims hold");
  verify_options(*verify, verify_request);

  CLI::App* check = app.add_subcommand(
      "check", "constants, monotonicity, theory step sizes and predicted bits; runs nothing");
  experiment_options(*check, request);

  CLI::App* list =
      app.add_subcommand("list", "the plug-ins: solvers, compressors, problems, sets, partitioners");
  list->add_option("KIND", kind, "only these");
  CLI::App* describe =
      app.add_subcommand("describe", "everything about one plug-in: parameters, formulas, source");
  describe->add_option("NAME", name, "a name that `trivium list` prints")->required();

  CLI::App* plot = app.add_subcommand(
      "plot", "error against bits, rounds, calls or seconds as PNG and PDF; `trivium plot --help` for more");
  plot->prefix_command();
  plot->set_help_flag();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return server ? app.exit(asked) : 0;
  } catch (const CLI::ParseError& error) {
    refuse(app, argv[1], error.what());
  }
  if (run->parsed()) experiments::run_experiment(request, transport);
  if (verify->parsed()) return experiments::verify_experiments(verify_request, transport) ? 0 : 1;
  if (check->parsed()) experiments::check_experiment(request, transport);
  if (server && list->parsed()) experiments::list_plugins(kind);
  if (server && describe->parsed()) experiments::describe_plugin(name);
  if (server && plot->parsed()) experiments::plot_results(plot->remaining(), argv[0]);
  return 0;
}

/// Ends this process though MPI waits for the others: for a rank that has failed alone. The launcher then
/// ends them.
std::string last_words;
void leave(int) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, last_words.data(), last_words.size());
  _exit(2);
}

/// For what nearly always happens on every rank: all end in order.
int refused(const mpi::Transport& transport, const char* sentence) {
  if (transport.rank() == 0)
    std::fprintf(stderr, "trivium: %s\n", sentence);
  else
    last_words = fmt::format("trivium: rank {}: {}\n", transport.rank(), sentence);
  std::signal(SIGALRM, leave);
  alarm(10);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<mpi::Transport> transport = mpi::launched_by_mpi() ? mpi::world() : mpi::in_process();
  try {
    return command_line(argc, argv, *transport);
  } catch (const InputError& mistake) {
    return refused(*transport, mistake.what());
  } catch (const std::bad_alloc&) {
    return refused(*transport, "not enough memory on this machine for what was asked");
  } catch (const std::exception& failure) {  // this rank alone: the others are waiting for it
    transport->abort(failure.what(), 1);
  }
}
