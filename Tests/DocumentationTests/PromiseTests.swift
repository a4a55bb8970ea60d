import Testing

/// "What is promised, and what is not" names a test for each promise; here, that they are there.
@Suite struct PromiseTests {
    private let promises: [(line: Int, text: String)]

    /// A promise is an item of a list under "What is promised".
    init() throws {
        let article = Article(try Repository.text(Repository.catalog + "/Promises.md"))
        var promises: [(line: Int, text: String)] = []
        var (isPromised, isOpen) = (false, false)
        for (number, line) in article.prose {
            if line.hasPrefix("What is promised") { isPromised = true }
            if line.hasPrefix("What is not") || line.hasPrefix("#") { isPromised = false }
            if isPromised, line.hasPrefix("- ") {
                promises.append((number, line))
            } else if isOpen, line.hasPrefix("  ") {
                promises[promises.count - 1].text += " " + line.drop { $0 == " " }
            }
            isOpen = isPromised && (line.hasPrefix("- ") || line.hasPrefix("  "))
        }
        self.promises = promises
    }

    @Test func `Each promise names tests that are there`() throws {
        #expect(promises.count > 20)
        for (line, promise) in promises {
            let tests = promise.codeSpans.filter { $0.contains("Tests/") }
            #expect(!tests.isEmpty, "line \(line): \(promise) names no test")
            for test in tests { #expect(try exists(test), "line \(line): there is no test \(test)") }
        }
    }

    @Test func `A test that is not there is not found`() throws {
        #expect(try exists("KubeRuntimeTests/StoreTests/Indices find objects, and follow them"))
        for name in [
            "KubeRuntimeTests/StoreTests/Indices find", "KubeRuntimeTests/BackoffTests/Indices find objects, and follow them",
            "KubeRuntimeTests/FinalizerTests/A reconcile waits until the store has seen our write",
            "KubeClientTests/StoreTests/Indices find objects, and follow them", "NoTests/StoreTests/Indices find objects, and follow them",
        ] { #expect(try !exists(name), "\(name)") }
    }

    private func exists(_ name: String) throws -> Bool {
        guard let test = NamedTest(name), test.name != nil else { return false }
        return try test.exists
    }
}
