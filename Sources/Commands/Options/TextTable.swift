import JSON

/// Columns of text, aligned by spaces, as `kubectl` prints them. What others wrote into a cell moves no cursor and ends no line.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func append(_ row: [String]) { rows.append(row.map(\.visible)) }

    var text: String { lines.joined(separator: "\n") }

    var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column + 1 < row.count { line += String(repeating: " ", count: widths[column] - cell.count + 3) }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
