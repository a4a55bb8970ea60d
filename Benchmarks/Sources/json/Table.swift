/// What was measured, one work a line, each beside Foundation's decoder.
struct Table {
    var works: [Work]
    /// Microseconds of Foundation's decoder in this run.
    var yardstick: Double

    /// What is slower than it must be.
    var misses: [String] {
        works.compactMap { work in
            guard let wanted = work.wantedRatio, ratio(of: work) < wanted else { return nil }
            return "\(work.name): \(tenths(ratio(of: work))) × as fast as JSONDecoder; wanted \(tenths(wanted)) ×"
        }
    }

    var lines: [String] {
        let header = ["µs", "aim µs", "MB/s", "ratio", "wanted"]
        return [cell("", 42) + header.map { cell($0, -9) }.joined()]
            + works.map { work in
                let cells = [
                    tenths(work.least), work.aim.map(tenths) ?? "", "\(Int(Double(work.bytes) / work.least))", tenths(ratio(of: work)),
                    work.wantedRatio.map(tenths) ?? "",
                ]
                return cell(work.name, 42) + cells.map { cell($0, -9) }.joined()
            }
    }

    /// What is judged, as rows of the table that `hack/bench` puts together.
    var rows: [String] {
        works.compactMap { work in
            guard let wanted = work.wantedRatio, let aim = work.aim else { return nil }
            let verdict = ratio(of: work) < wanted ? "**missed** " : ""
            return "| JSON: \(work.name) | ≥ \(tenths(wanted)) × JSONDecoder (≤ \(tenths(aim)) µs) "
                + "| \(tenths(ratio(of: work))) × (\(tenths(work.least)) µs) | \(hundredths(wanted / ratio(of: work))) "
                + "| \(verdict)\(Int(Double(work.bytes) / work.least)) MB/s |"
        }
    }

    private func ratio(of work: Work) -> Double { yardstick / work.least }

    private func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

/// Text as wide as asked for; a negative width aligns it to the right.
private func cell(_ text: String, _ width: Int) -> String {
    let space = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? space + text : text + space
}
