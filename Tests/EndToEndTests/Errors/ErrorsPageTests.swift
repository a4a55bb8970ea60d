import Testing

extension EndToEnd {
    @Suite("docs/errors.md says what users see", SharedWorkbench()) struct ErrorsPageTests {
        @Test("Each mistake gets the message that the page gives", arguments: Mistake.all)
        func message(_ mistake: Mistake) async throws {
            let page = try ErrorsPage.load()
            let wanted = try #require(page.message(for: mistake.row), "docs/errors.md has no such row")
            let workbench = try #require(SharedWorkbench.current)
            let found = try await mistake.message(workbench)
            #expect(MessagePattern(wanted).matches(found), "docs/errors.md: \(wanted)\nbut it says:   \(found)")
        }
    }
}

@Suite("Every row of docs/errors.md is tested") struct ErrorsPageCoverageTests {
    @Test("Rows and tests are the same, and there are at least fifteen")
    func coverage() throws {
        let rows = try ErrorsPage.load().rows.map(\.mistake)
        #expect(Set(rows) == Set(Mistake.all.map(\.row)))
        #expect(Set(rows).count == rows.count)
        #expect(rows.count >= 15)
    }

    @Test(
        "A message matches whole; … stands for anything",
        arguments: [
            ("a", "a", true), ("a", "ab", false), ("a…", "ab", true), ("…b", "ab", true), ("a…c", "abbc", true), ("a…c", "abb", false),
            ("a…b…c", "a1b2c", true), ("a…b…c", "a1c2b", false), ("a…a", "a", false),
        ])
    func patterns(pattern: String, text: String, isMatch: Bool) {
        #expect(MessagePattern(pattern).matches(text) == isMatch)
    }
}
