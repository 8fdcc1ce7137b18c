#include "cli/admin_tool.hpp"

#include <array>
#include <ctime>

namespace signal_hub::cli {
namespace {

constexpr const char* nothing = "-";

/// 0 if it is no number.
std::int64_t number_in(const AdminClient::Json& item, const char* name) {
  const auto found = item.find(name);
  return found != item.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

bool is_there(const AdminClient::Json& item, const char* name) {
  const auto found = item.find(name);
  return found != item.end() && !found->is_null();
}

/// Strangers' bytes are in there: what is no UTF-8 is replaced.
std::string dump(const AdminClient::Json& json) {
  return json.dump(-1, ' ', false, AdminClient::Json::error_handler_t::replace);
}

}  // namespace

AdminTool::AdminTool(const std::string& description, const std::string& name, std::ostream& out,
                     std::ostream& err)
    : app_(description, name), out_(out), err_(err) {
  options_.add_to(app_);
  app_.add_flag("--json", json_, "Print JSON, one object a line");
}

std::optional<int> AdminTool::parse(std::span<const std::string> arguments) {
  if (const auto code = parse_arguments(app_, arguments, out_, err_)) return code;
  auto client = AdminClient::open(options_);
  if (!client) return misused(client.error());
  client_ = std::move(*client);
  return std::nullopt;
}

int AdminTool::misused(const std::string& sentence) {
  err_ << "signal-hub " << app_.get_name() << ": " << sentence << "\n";
  return exit_usage;
}

int AdminTool::complain(const AdminFault& fault) {
  err_ << "signal-hub " << app_.get_name() << ": " << printable(fault.message) << "\n";
  return exit_failed;
}

int AdminTool::report(const Result<AdminClient::Json, AdminFault>& answer,
                      const std::string& sentence) {
  if (!answer) return complain(answer.error());
  out_ << (json_ ? dump(*answer) : sentence) << "\n";
  return exit_ok;
}

int AdminTool::list(const std::string& path, const AdminClient::Query& query,
                    const std::vector<std::string>& heads, MakeRow row) {
  Table table(heads);
  const auto fault = client().each(path, query, [&](const AdminClient::Json& item) {
    if (json_) {
      out_ << dump(item) << "\n";
    } else {
      table.add(row(item));
    }
    return static_cast<bool>(out_);
  });
  if (fault) return complain(*fault);
  if (!json_) table.print(out_);
  return exit_ok;
}

std::string text_cell(const AdminClient::Json& item, const char* name) {
  const auto found = item.find(name);
  return found != item.end() && found->is_string() ? printable(found->get<std::string>()) : nothing;
}

std::string number_cell(const AdminClient::Json& item, const char* name) {
  return is_there(item, name) ? std::to_string(number_in(item, name)) : nothing;
}

std::string bytes_cell(const AdminClient::Json& item, const char* name) {
  return bytes_text(static_cast<std::uint64_t>(number_in(item, name)));
}

std::string span_cell(const AdminClient::Json& item, const char* name) {
  return is_there(item, name) ? span_text(number_in(item, name)) : nothing;
}

std::string time_cell(const AdminClient::Json& item, const char* name) {
  if (!is_there(item, name)) return nothing;
  const std::time_t seconds = number_in(item, name) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::string count_text(const AdminClient::Json& item, const char* name, const std::string& what) {
  const auto n = item.value(name, std::uint64_t{0});
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace signal_hub::cli
