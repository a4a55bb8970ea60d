/// Rows of a table in Markdown, as wide as they need to be.
struct Table {
    var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    func show() {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for (index, row) in rows.enumerated() {
            let cells = row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + space : space + text
            }
            print("| \(cells.joined(separator: " | ")) |")
            guard index == 0 else { continue }
            print(
                "| \(widths.enumerated().map { String(repeating: "-", count: $1 - ($0 == 0 ? 0 : 1)) + ($0 == 0 ? "" : ":") }.joined(separator: " | ")) |"
            )
        }
        print()
    }
}

func number(_ value: Double, _ digits: Int = 2) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((value * scale).rounded())
    let fraction = String(abs(whole) % Int64(scale))
    let sign = whole < 0 ? "-" : ""
    return digits == 0
        ? "\(whole)" : "\(sign)\(abs(whole) / Int64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

func percent(_ share: Double, _ digits: Int = 2) -> String { number(share * 100, digits) + " %" }

/// What `hack/bench` gathers: a figure and its aim.
struct Figure {
    var name: String
    var aim: String
    var measured: String
    /// Measured, of the aim; nil: not judged.
    var ratio: Double?
    var note = ""

    static let header = ["figure", "aim", "measured", "measured / aim", ""]

    var row: [String] { [name, aim, measured, ratio.map { number($0) } ?? "", (isMissed ? "**missed** " : "") + note] }
    var isMissed: Bool { ratio.map { $0 > 1 } ?? false }
}
