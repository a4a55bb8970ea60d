import Testing

/// "Write a controller in Swift in fifteen minutes" holds the example's files, no more and no less: what a reader copies is what is compiled and run.
@Suite struct ArticleTests {
    /// The example's files, from its folder.
    static let files = [
        "Package.swift", "crd.yaml", "mirror.yaml", "deployment.yaml", "Sources/config-mirror/ConfigMirror.swift",
        "Sources/config-mirror/Plan.swift", "Sources/config-mirror/Mirroring.swift", "Sources/config-mirror/Program.swift",
    ]

    private let article: Article
    private let sources: [String: [String]]

    init() throws {
        article = Article(try Repository.text(Repository.catalog + "/WriteAController.md"))
        sources = try Dictionary(
            uniqueKeysWithValues: Self.files.map { file in
                var text = try Repository.text("\(Repository.example)/\(file)")
                // The reader's package lies beside a checkout, the example within it.
                if file == "Package.swift" { text = text.replacing(#"path: "../..""#, with: #"path: "../graft""#) }
                return (file, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
            })
    }

    @Test func `Each code block stands in a file of the example, line for line`() {
        let blocks = article.blocks.filter { ["swift", "yaml"].contains($0.language) }
        #expect(blocks.count >= Self.files.count)
        for block in blocks {
            #expect(sources.values.contains { place(of: block.lines, in: $0) != nil }, "the block in line \(block.line) is in no file")
        }
    }

    @Test(arguments: files) func `The blocks together are the whole file`(_ file: String) throws {
        let source = try #require(sources[file])
        var isShown = source.map { $0.isEmpty }
        for block in article.blocks {
            guard let start = place(of: block.lines, in: source) else { continue }
            for line in start..<start + block.lines.count { isShown[line] = true }
        }
        let missing = zip(source, isShown).filter { !$1 }.map(\.0)
        #expect(missing.isEmpty, "\(file): the article lacks \(missing)")
        #expect(article.prose.contains { $0.text.contains("`\(file)`") }, "the article doesn't say what \(file) is")
    }

    private func place(of block: [String], in source: [String]) -> Int? {
        guard !block.isEmpty, block.count <= source.count else { return nil }
        return (0...source.count - block.count).first { Array(source[$0..<$0 + block.count]) == block }
    }
}
