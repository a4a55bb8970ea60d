import GraftAPI
import KubeCore

extension Simulation {
    /// The share of hosts on the new version over time, and of those it failed, as an SVG document.
    package var svg: String {
        let (width, height, margin) = (960.0, 360.0, 48.0)
        let end = max(1, seconds(samples.last?.time ?? .zero))
        func x(_ time: Duration) -> String { text(margin + (width - 2 * margin) * seconds(time) / end) }
        func y(_ count: Int) -> String { text(height - margin - (height - 2 * margin) * Double(count) / Double(max(1, hosts))) }
        func line(_ count: (Sample) -> Int, _ colour: String) -> String {
            var points: [String] = []
            var before = 0
            for sample in samples {
                // A step, not a slope: between two decisions nothing is known.
                points.append("\(x(sample.time)),\(y(before))")
                points.append("\(x(sample.time)),\(y(count(sample)))")
                before = count(sample)
            }
            return "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(points.joined(separator: " "))\"/>"
        }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(text(width)) \(text(height))\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
        ]
        for percent in [0, 25, 50, 75, 100] {
            let level = y(hosts * percent / 100)
            lines.append("<path stroke=\"#ddd\" d=\"M\(text(margin)) \(level)H\(text(width - margin))\"/>")
            lines.append("<text x=\"\(text(margin - 6))\" y=\"\(level)\" text-anchor=\"end\" dy=\"4\">\(percent)%</text>")
        }
        let tick = Simulation.tick(of: end)
        for time in stride(from: 0, through: end, by: tick).map({ Duration.seconds($0) }) {
            lines.append(
                "<text x=\"\(x(time))\" y=\"\(text(height - margin + 18))\" text-anchor=\"middle\">\(Simulation.text(of: time))</text>")
        }
        var labelled = -Double.infinity
        for mark in marks {
            let place = margin + (width - 2 * margin) * seconds(mark.time) / end
            lines.append(
                "<path stroke=\"#bbb\" stroke-dasharray=\"3 3\" d=\"M\(text(place)) \(text(margin))V\(text(height - margin))\"/>")
            // Where steps follow one another fast, there is room for the first one's name.
            guard place - labelled >= 13 else { continue }
            labelled = place
            lines.append(
                "<text transform=\"translate(\(text(place + 11)) \(text(margin + 4))) rotate(90)\" fill=\"#666\" font-size=\"11\">"
                    + "\(Simulation.escaped(mark.label))</text>")
        }
        lines.append(line(\.updated, "#2a7de1"))
        lines.append(line(\.failed, "#d33"))
        lines.append(
            "<text x=\"\(text(margin))\" y=\"24\">\(hosts) hosts: on the new version (blue), failed by it (red); steps as dashed lines</text>"
        )
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// `1:02:03`.
    package static func text(of time: Duration) -> String {
        let seconds = time.components.seconds
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// Seconds between two times on the axis: a round number of which there are at most eight.
    static func tick(of end: Double) -> Double {
        let steps = [1.0, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
        return steps.first { end / $0 <= 8 } ?? (end / 8 / 86_400).rounded(.up) * 86_400
    }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { $0 == "<" ? "&lt;" : $0 == "&" ? "&amp;" : String($0) })
    }

    private func seconds(_ time: Duration) -> Double { Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18 }
    /// With one decimal.
    private func text(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
