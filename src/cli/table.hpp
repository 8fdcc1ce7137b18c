// Tables and figures for people at a terminal.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace signal_hub::cli {

/// Columns as wide as their widest cell; all but the last are padded.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::size_t size() const { return rows_.size() - 1; }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Text of strangers: what would steer a terminal becomes `?`.
std::string printable(std::string_view text);

/// `950 ms`, `12 s`, `3 min`, `5 h`, `2 d`.
std::string span_text(std::int64_t ms);

/// `950 B`, `1.2 KiB`, `3.4 MiB`.
std::string bytes_text(std::uint64_t bytes);

}  // namespace signal_hub::cli
