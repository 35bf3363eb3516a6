// A server's /metrics as numbers: Prometheus text format 0.0.4, and what has grown between two scrapes. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::ladder {

// By series as it is written: offhook_scores_total{model="turn"}. A line that is none is passed over.
using Series = std::map<std::string, double, std::less<>>;
Series parse_scrape(std::string_view text);

// What both scrapes have of one server's life. None: a scrape lacks it, or the server began anew between them.
std::optional<double> grown(const Series& before, const Series& after, std::string_view series);

// Of a histogram without labels, in its unit, from what was observed between the scrapes; straight between the bounds
// of a bucket. Beyond the last bound: that bound. None: nothing was observed.
std::optional<double> percentile(const Series& before, const Series& after, std::string_view name, double p);

}  // namespace offhook::ladder
