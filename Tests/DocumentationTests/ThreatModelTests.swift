import Testing

/// `docs/threat-model.md` shows each claim by tests and cases; here, that they are there. Paths of its other words are checked with all pages'.
@Suite struct ThreatModelTests {
    private let article: Article

    init() throws { article = Article(try Repository.text(Repository.root + "/docs/threat-model.md")) }

    private var spans: [(line: Int, text: String)] { article.prose.flatMap { line in line.text.codeSpans.map { (line.number, $0) } } }

    @Test func `Each test that it names is there`() throws {
        let tests = spans.compactMap { span in NamedTest(span.text).map { (span.line, span.text, $0) } }
        #expect(tests.count > 60)
        for (line, text, test) in tests { #expect(try test.exists, "line \(line): there is no test \(text)") }
    }

    @Test func `Each case that it names is there`() throws {
        let suites = ["mutants", "mutants-roots"]
        let cases = try suites.flatMap { suite in
            try Repository.text("\(Repository.root)/Tests/Fixtures/signatures/bundles/\(suite)/cases.tsv").split(separator: "\n")
                .dropFirst()
                .map { "\(suite)/\($0.prefix { $0 != "\t" })" }
        }
        let named = spans.filter { span in suites.contains { span.text.hasPrefix($0 + "/") } }
        #expect(named.count > 10)
        for (line, text) in named {
            let parts = text.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
            let isThere = cases.contains { name in
                guard name.hasPrefix(parts[0]) else { return false }
                return parts.count == 1
                    ? name == text || name == text + "_fail" : name.dropFirst(parts[0].count).contains(parts[1]) || parts[1].isEmpty
            }
            #expect(isThere, "line \(line): there is no case \(text)")
        }
    }

    @Test func `Each row of what can't be done names a test or a case`() throws {
        var isClaim = false
        var claims = 0
        for (number, line) in article.prose {
            if line.hasPrefix("| can't ") { isClaim = true } else if !line.hasPrefix("|") { isClaim = false }
            guard isClaim, line.hasPrefix("|"), !line.hasPrefix("| can't "), !line.hasPrefix("| ---") else { continue }
            claims += 1
            let shown = line.codeSpans.contains { NamedTest($0) != nil || $0.hasPrefix("mutants") }
            #expect(shown, "line \(number): it names neither test nor case")
        }
        #expect(claims > 40)
    }

    @Test func `Every attacker has a section, and says what isn't protected`() {
        let headings = article.prose.map(\.text).filter { $0.hasPrefix("## ") }
        for attacker in [
            "registry", "network", "push rights", "signing key", "node", "controller", "tenant", "manifests", "policies", "module",
        ] {
            #expect(headings.contains { $0.lowercased().contains(attacker) }, "no section names \(attacker)")
        }
        #expect(headings.contains("## Not protected against"))
    }

    @Test func `What is not there is noticed`() throws {
        #expect(try NamedTest("TrustTests/MutantTests")?.exists == true)
        #expect(try NamedTest("TrustTests/MutantTests/each bundle gets its verdict, for its reason")?.exists == true)
        #expect(try NamedTest("TrustTests/MutantTests/each bundle")?.exists == false)
        #expect(try NamedTest("TrustTests/NoTests")?.exists == false)
        #expect(NamedTest("docs/threat-model.md") == nil && NamedTest("graft/verify") == nil)
    }
}
