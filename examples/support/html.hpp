// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Text, numbers and the look of the pages that examples write; light and dark.
#pragma once

#include <cstdio>
#include <string>

namespace blue_examples {

namespace detail {

/// Text inside an element or a quoted attribute.
inline std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '&')
            result += "&amp;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

/// printf for one number.
inline std::string number(const char* format, double value) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

inline constexpr const char* page_style = R"css(
:root { color-scheme: light dark; --paper: #f7f7f5; --card: #ffffff; --ink: #1d2329;
  --soft: #5d6770; --line: #dcdfe2; --bar: #c3cad1; --right: #2767b0; --wrong: #c4501b;
  --data: #8fa3b8; --weights: #8a3f9e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1e2327; --ink: #e8ebee;
  --soft: #9ba6b0; --line: #333a41; --bar: #48525b; --right: #64a8f5; --wrong: #f58d5a;
  --data: #71869b; --weights: #cf8be0; } img { filter: invert(1); } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 4rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 .6rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.4rem 0 .2rem; font-size: 1.2rem; }
p { margin: 0 0 .6rem; max-width: 48rem; }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(16.5rem, 1fr)); gap: 1rem;
  margin-top: .9rem; }
figure { margin: 0; padding: .9rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
.top { display: flex; gap: .9rem; align-items: center; }
img { width: 84px; height: 84px; image-rendering: pixelated; border: 1px solid #c8c8c8;
  border-radius: 4px; flex: none; }
figcaption { line-height: 1.35; font-size: .9rem; }
figcaption b { font-size: 1.15rem; }
svg { display: block; width: 100%; max-width: 20rem; height: auto; margin-top: .7rem; }
svg text { fill: var(--soft); font: 9px system-ui, "DejaVu Sans", sans-serif; text-anchor: middle; }
svg .true { fill: var(--ink); font-weight: 700; }
.is-right { color: var(--right); } .is-wrong { color: var(--wrong); }
.split { display: flex; max-width: 20rem; height: 8px; margin-top: .55rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 4px; overflow: hidden; }
.split i { flex: none; }
.nats { margin: .3rem 0 0; font-size: .82rem; color: var(--soft);
  font-variant-numeric: tabular-nums; }
.key { display: inline-block; width: .7em; height: .7em; margin-right: .3em; border-radius: 2px; }
)css";

}  // namespace detail

}  // namespace blue_examples
