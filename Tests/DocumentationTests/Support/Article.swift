/// A Markdown text, as far as tests read it.
struct Article {
    let lines: [String]

    init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// What stands between fences.
    struct Block {
        var language: String
        /// Of its first line in the article, from 1.
        var line: Int
        var lines: [String]
    }

    var blocks: [Block] {
        var blocks: [Block] = []
        var open: Block?
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = open == nil ? Block(language: String(line.dropFirst(3)), line: index + 2, lines: []) : nil
            } else {
                open?.lines.append(line)
            }
        }
        return blocks
    }

    /// The lines outside of blocks.
    var prose: [(number: Int, text: String)] {
        var isInside = false
        return lines.enumerated().compactMap { index, line in
            if line.hasPrefix("```") {
                isInside.toggle()
                return nil
            }
            return isInside ? nil : (index + 1, line)
        }
    }
}

extension String {
    /// What stands between single backticks, in a line.
    var codeSpans: [String] {
        split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
