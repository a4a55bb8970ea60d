/// A test as pages name it: `Target/Suite/name of the test`, or `Target/Suite` for all of a suite.
struct NamedTest {
    let target: String
    let suite: String
    let name: String?

    /// Nil when the text names no test.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count >= 2, parts[0].hasSuffix("Tests"), parts[1].first?.isUppercase ?? false else { return nil }
        (target, suite, name) = (parts[0], parts[1], parts.count == 3 ? parts[2] : nil)
    }

    /// Whether a file of the target declares both the suite and, by its name in words, the test.
    var exists: Bool {
        get throws {
            try Repository.files(below: "Tests/\(target)", ending: ".swift").contains { file in
                let text = try Repository.text("\(Repository.root)/\(file)")
                guard let start = text.firstRange(of: "struct \(suite) ")?.upperBound else { return false }
                guard let name else { return true }
                let suite = text[start...].prefix(upTo: text[start...].firstRange(of: "\n@Suite")?.lowerBound ?? text.endIndex)
                return suite.contains("func `\(name)`") || suite.contains("\"\(name)\"")
            }
        }
    }
}
