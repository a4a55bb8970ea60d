/// The tables of docs/errors.md: what a user does, and the message that gets.
struct ErrorsPage {
    struct Row: Hashable {
        /// The first column.
        var mistake: String
        /// The last column, without its backticks: `…` stands for any text.
        var message: String
    }

    let rows: [Row]

    static func load() throws -> ErrorsPage { ErrorsPage(markdown: try File.text(Repository.root + "/docs/errors.md")) }

    init(markdown: String) {
        rows = markdown.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| "), line.hasSuffix(" |") else { return nil }
            let cells = Self.cells(line.dropFirst(2).dropLast(2))
            guard cells.count > 1, let message = cells.last.flatMap(Self.code) else { return nil }
            return Row(mistake: cells[0], message: message)
        }
    }

    func message(for mistake: String) -> String? { rows.first { $0.mistake == mistake }?.message }

    /// What stands between backticks; two of them where it holds backticks itself.
    private static func code(_ cell: String) -> String? {
        for fence in ["``", "`"] where cell.hasPrefix(fence) && cell.hasSuffix(fence) && cell.count > 2 * fence.count {
            return String(cell.dropFirst(fence.count).dropLast(fence.count))
        }
        return nil
    }

    /// The cells of a table's line; `\|` is no border.
    private static func cells(_ line: Substring) -> [String] {
        var cells = [""]
        var rest = line
        while let next = rest.first {
            if rest.hasPrefix("\\|") {
                cells[cells.count - 1] += "|"
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix(" | ") {
                cells.append("")
                rest = rest.dropFirst(3)
            } else {
                cells[cells.count - 1].append(next)
                rest = rest.dropFirst()
            }
        }
        return cells
    }
}

/// A message of the page, compared with one that was given.
struct MessagePattern {
    private let parts: [Substring]

    init(_ text: String) { parts = text.split(separator: "…", omittingEmptySubsequences: false) }

    /// Whether the whole of `text` is the message, with anything in the place of each `…`.
    func matches(_ text: String) -> Bool {
        guard parts.count > 1 else { return text == parts[0] }
        guard text.hasPrefix(parts[0]) else { return false }
        var rest = text.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
