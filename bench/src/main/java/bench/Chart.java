package bench;

import java.util.List;

/// Two kinds of SVG charts and nothing else: bars with whiskers, and lines on two logarithmic axes.
///
/// ```text
/// C epoll          ████████├┤ 4.4            ▲    ╱ a
/// trale            █████████├─┤ 4.8          │ ╱‾  ╌ b
/// ```
final class Chart {
    private static final String TRALE = "#dc2626";
    private static final String THE_LIMIT = "#1f2937";
    private static final String A_PEER = "#94a3b8";
    private static final String[] CURVES = {THE_LIMIT, "#f59e0b", "#2563eb", "#059669", "#7c3aed", "#64748b"};
    private static final int WIDTH = 840;
    private static final int ROW = 24;
    private static final double LEFT = 200;

    /// One server's figure.
    record Bar(String name, Spread value) {}

    /// Bars that share a scale.
    record Panel(String title, List<Bar> bars) {}

    /// A curve, its points in order of `x`.
    record Line(String name, List<Point> points) {}

    record Point(double x, double y) {}

    private final StringBuilder svg = new StringBuilder();

    private Chart() {}

    /// One panel below the other; what starts with "trale" is red, the limit black, all others grey.
    static String bars(String title, List<Panel> panels) {
        var chart = new Chart();
        int y = 60;
        for (var panel : panels) {
            double max = panel.bars.stream().mapToDouble(b -> b.value.max()).max().orElse(1);
            chart.text(20, y, "start", "bold", panel.title);
            int first = y + ROW;
            for (var bar : panel.bars) {
                y += ROW;
                chart.bar(bar, y, 500 / max);
            }
            if (panel.bars.stream().anyMatch(b -> b.name.equals(Server.LIMIT))) chart.limit(first, y, 500 / max);
            y += 2 * ROW;
        }
        return chart.close(title, y - ROW / 2);
    }

    /// A line at 1, through all bars of a panel.
    private void limit(int first, int last, double scale) {
        svg("<path d='M%.1f %dV%d' stroke='#f59e0b'/>", LEFT + scale, first - 16, last + 6);
    }

    private void bar(Bar bar, int y, double scale) {
        var colour = bar.name.startsWith("trale") ? TRALE : bar.name.startsWith(Server.LIMIT) ? THE_LIMIT : A_PEER;
        double middle = y - 5;
        text(LEFT - 8, y, "end", "normal", bar.name);
        svg("<rect x='%.1f' y='%.1f' width='%.1f' height='14' fill='%s'/>", LEFT, middle - 7.0,
                bar.value.median() * scale, colour);
        double from = LEFT + bar.value.min() * scale;
        double to = LEFT + bar.value.max() * scale;
        svg("<path d='M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8' stroke='#111827' fill='none'/>", from, middle, to, from,
                middle - 4, to, middle - 4);
        text(to + 8, y, "start", "normal", number(bar.value.median()));
    }

    /// A straight line of slope 1 means linear, a flat one constant cost.
    static String lines(String title, String xTitle, String yTitle, List<Line> lines) {
        var chart = new Chart();
        var xs = lines.stream().flatMap(l -> l.points.stream()).mapToDouble(Point::x).summaryStatistics();
        var ys = lines.stream().flatMap(l -> l.points.stream()).mapToDouble(Point::y).summaryStatistics();
        var x = new Axis(xs.getMin(), xs.getMax(), 70, 600);
        var y = new Axis(ys.getMin(), ys.getMax(), 400, 60);
        for (double v = x.from; v <= x.to * 1.001; v *= 10) {
            chart.svg("<path d='M%.1f 60V400' stroke='#e5e7eb'/>", x.at(v));
            chart.text(x.at(v), 420, "middle", "normal", number(v));
        }
        for (double v = y.from; v <= y.to * 1.001; v *= 10) {
            chart.svg("<path d='M70 %.1fH600' stroke='#e5e7eb'/>", y.at(v));
            chart.text(62, y.at(v) + 4, "end", "normal", number(v));
        }
        chart.text(335, 445, "middle", "normal", xTitle);
        chart.text(20, 50, "start", "normal", yTitle);
        for (int i = 0; i < lines.size(); i++) {
            var colour = lines.get(i).name.equals("trale") ? TRALE : CURVES[i % CURVES.length];
            var path = new StringBuilder();
            for (var p : lines.get(i).points) {
                path.append(path.isEmpty() ? 'M' : 'L').append("%.1f %.1f".formatted(x.at(p.x), y.at(p.y)));
                chart.svg("<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>", x.at(p.x), y.at(p.y), colour);
            }
            chart.svg("<path d='%s' stroke='%s' stroke-width='2' fill='none'/>", path, colour);
            chart.svg("<rect x='620' y='%d' width='12' height='12' fill='%s'/>", 60 + i * ROW, colour);
            chart.text(640, 71 + i * ROW, "start", "normal", lines.get(i).name);
        }
        return chart.close(title, 460);
    }

    /// A logarithmic axis over whole decades, from pixel `low` to pixel `high`.
    private record Axis(double from, double to, double low, double high) {
        Axis {
            from = Math.pow(10, Math.floor(Math.log10(from)));
            to = Math.max(from * 10, Math.pow(10, Math.ceil(Math.log10(to))));
        }

        double at(double v) {
            return low + (high - low) * Math.log(v / from) / Math.log(to / from);
        }
    }

    private static String number(double v) {
        return v >= 100 || v == Math.rint(v) ? "%,.0f".formatted(v)
                : v >= 0.5 ? "%.3g".formatted(v) : Double.toString(Math.round(v * 1e4) / 1e4);
    }

    private void text(double x, double y, String anchor, String weight, String text) {
        svg("<text x='%.1f' y='%.1f' text-anchor='%s' font-weight='%s'>%s</text>", x, y, anchor, weight,
                text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private void svg(String format, Object... args) {
        svg.append(format.formatted(args)).append('\n');
    }

    private String close(String title, int height) {
        text(20, 26, "start", "bold", title);
        return ("<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' "
                + "font-size='13'>\n<rect width='100%%' height='100%%' fill='white'/>\n%s</svg>\n")
                .formatted(WIDTH, height, svg);
    }
}
