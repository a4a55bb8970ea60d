import Testing

/// `docs/rollout.md` lists the reasons that the engine gives, all of them and no others.
@Suite struct RolloutPageTests {
    private let page: String

    init() throws { page = try Repository.text(Repository.root + "/docs/rollout.md") }

    @Test func `It lists the reasons of conditions`() throws {
        let known = try reasons(in: "Sources/Rollout/Output/ConditionsWriter.swift", after: "private var reason: String {")
        #expect(known.count > 10)
        #expect(rows(after: "| reason |") == known)
    }

    @Test func `It lists the reasons of events`() throws {
        let known = try reasons(in: "Sources/Rollout/Output/RolloutEvent.swift", after: "package var reason: String {")
        #expect(known.count > 10)
        #expect(rows(after: "| event |") == known)
    }

    @Test func `It lists the causes of going back`() throws {
        let known = try reasons(in: "Sources/GraftAPI/Deployment/RolloutStatus.swift", after: "enum Cause:")
        #expect(known.count > 5)
        #expect(rows(after: "| cause |") == known)
    }

    @Test func `It names every phase`() throws {
        let known = try reasons(in: "Sources/GraftAPI/Deployment/ModuleDeploymentStatus.swift", after: "enum Phase:")
        #expect(known.count > 5)
        let spans = Set(page.split(separator: "\n").flatMap { String($0).codeSpans })
        #expect(known.subtracting(spans).isEmpty)
    }

    /// The CamelCase literals of a declaration, which ends with the first line that is no deeper than it.
    private func reasons(in file: String, after start: String) throws -> Set<String> {
        let lines = try Repository.text(Repository.root + "/" + file).split(separator: "\n", omittingEmptySubsequences: false)
        let first = try #require(lines.firstIndex { $0.contains(start) }, "\(file) has no \(start)")
        let depth = lines[first].prefix { $0 == " " }.count
        let body = lines[(first + 1)...].prefix { $0.isEmpty || $0.prefix { $0 == " " }.count > depth }
        let literals = body.flatMap { line in
            line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
                String($0.element)
            }
        }
        return Set(literals.filter { $0.first?.isUppercase ?? false })
    }

    /// The code in the first column of a table.
    private func rows(after header: String) -> Set<String> {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0.hasPrefix(header) }) else { return [] }
        return Set(lines[first...].prefix { $0.hasPrefix("|") }.compactMap { String($0.split(separator: "|").first ?? "").codeSpans.first })
    }
}
