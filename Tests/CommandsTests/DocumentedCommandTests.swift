import ArgumentParser
import Commands
import FoundationEssentials
import Testing

/// What README and `docs` tell people to type is what `graft --help` knows.
@Suite struct DocumentedCommandTests {
    /// A `graft …` that a page names, in a line of code or between backticks.
    struct Mention: Sendable, CustomTestStringConvertible {
        var place: String
        var words: [String]
        var testDescription: String { "\(place): \(words.joined(separator: " "))" }
    }

    private static let subcommands = GraftCommand.configuration.subcommands

    private static func command(_ name: String) -> (any ParsableCommand.Type)? { command([name]) }

    /// The command that the words begin with: a group's, where the first names a group.
    private static func command(_ words: [String]) -> (any ParsableCommand.Type)? {
        var found: (any ParsableCommand.Type)?
        var candidates = subcommands
        for word in words {
            guard !candidates.isEmpty else { break }
            guard let next = candidates.first(where: { ($0.configuration.commandName ?? "\($0)") == word }) else {
                return found?.configuration.defaultSubcommand
            }
            found = next
            candidates = next.configuration.subcommands
        }
        return found
    }

    @Test func `The pages mention most commands`() throws {
        let mentioned = Set(try Self.mentions().compactMap(\.words.first))
        #expect(mentioned.isSuperset(of: ["up", "agent", "push", "status", "promote", "crds"]), "\(mentioned)")
    }

    @Test(arguments: try mentions()) func `A command that a page mentions exists, with its options`(_ mention: Mention) throws {
        let name = try #require(mention.words.first)
        let command = try #require(
            Self.command(mention.words), "\(mention.place): graft has no command \(mention.words.joined(separator: " "))")
        let help = GraftCommand.helpMessage(for: command, columns: 200)
        for option in mention.words.dropFirst() where option.hasPrefix("--") {
            let option = String(option.prefix { $0 != "=" })
            #expect(help.contains(option), "\(mention.place): graft \(name) has no option \(option)")
        }
    }

    @Test func `A command that is not there is noticed`() {
        #expect(Self.command("status") != nil && Self.command("dance") == nil)
        #expect(
            Self.command(["key", "generate", "x.key"]) != nil && Self.command(["key", "dance"]) == nil && Self.command(["key"]) != nil)
        #expect(Self.words(of: "graft status x --watch") == ["status", "x", "--watch"])
        #expect(Self.words(of: "kubectl graft undo x  # takes it back") == ["undo", "x"])
        #expect(Self.words(of: "graft.dev/hold") == nil && Self.words(of: "graft") == nil && Self.words(of: "graft --help") == nil)
    }

    static func mentions() throws -> [Mention] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        var pages = ["README.md", "manifests/README.md", "Examples/edge-proxy/README.md"]
        for folder in ["docs", "docs/decisions"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
            pages += names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
        }
        return try pages.flatMap { page in
            let bytes = try #require(FileManager.default.contents(atPath: "\(root)/\(page)"), "\(page) can't be read")
            return mentions(in: String(decoding: bytes, as: UTF8.self), page)
        }
    }

    /// Fenced and indented lines, and what stands between backticks.
    private static func mentions(in text: String, _ page: String) -> [Mention] {
        var found: [Mention] = []
        var isFenced = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { isFenced.toggle() }
            let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map(
                \.element)
            for code in isFenced || line.hasPrefix("    ") ? [line] : spans {
                if let words = words(of: String(code)) { found.append(Mention(place: "\(page):\(index + 1)", words: words)) }
            }
        }
        return found
    }

    /// What follows `graft`, or `kubectl graft`, where that begins the text. Nil for anything else.
    private static func words(of code: String) -> [String]? {
        var words = code.split(separator: " ").prefix { !$0.hasPrefix("#") }.map(String.init)
        if words.first == "$" { words.removeFirst() }
        if words.first == "kubectl" { words.removeFirst() }
        guard words.first == "graft", words.count > 1, words[1].first?.isLetter ?? false else { return nil }
        return Array(words.dropFirst())
    }
}
