import Testing

@testable import Trust

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", ["a", "a/b/c", ""], [String]()),
        (
            "registry.example/*", ["registry.example/a", "registry.example/"],
            ["registry.example/a/b", "registry.example", "registry.example.evil/a"]
        ),
        (
            "registry.example/**", ["registry.example/a", "registry.example/a/b"],
            ["registry.example", "registryXexample/a", "evil/registry.example/a"]
        ),
        (
            "registry.example/*/http", ["registry.example/a/http"],
            ["registry.example/a/b/http", "registry.example/http", "registry.example/a/https"]
        ),
        (
            "registry.example/**/http", ["registry.example/a/http", "registry.example/a/b/http"],
            ["registry.example/a/https", "registry.example/http"]
        ),
        ("registry.example/team-*/f*", ["registry.example/team-a/f", "registry.example/team-/filter"], ["registry.example/team/f"]),
        ("**/http", ["a/http", "a/b/http", "/http"], ["http", "a/http/x"]),
        ("net/filter", ["net/filter"], ["net/filters", "Net/filter", "net"]),
        ("net/*", ["net/filter"], ["net", "sched"]),
        ("host:5000/a", ["host:5000/a"], ["host:5001/a"]),
        ("**", ["", "a/b"], []),
    ])
    func `a star stays within a segment, two go across`(pattern: String, matching: [String], others: [String]) throws {
        let glob = try Glob(pattern)
        for name in matching { #expect(glob.matches(name), "\(pattern) should match \(name)") }
        for name in others { #expect(!glob.matches(name), "\(pattern) should not match \(name)") }
    }

    @Test(arguments: [
        ("", "empty"), ("a***", "more than two"), ("a?", "only letters"), ("[ab]", "only letters"), ("{a,b}", "only letters"),
        ("a b", "only letters"), ("é", "only letters"), ("a\n", "only letters"), ("a@sha256:00", "only letters"), ("^a$", "only letters"),
        (String(repeating: "a", count: 256), "longer than 255"),
    ])
    func `what other languages of patterns mean is refused, not misread`(pattern: String, reason: String) {
        let error = #expect(throws: GlobError.self) { try Glob(pattern) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func `matching agrees with the definition, whatever the pattern`() throws {
        var generator = SeededGenerator(seed: 5)
        let alphabet = Array("ab/**".utf8)
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 1...7, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let name = (0..<Int.random(in: 0...7, using: &generator)).map { _ in alphabet.prefix(3).randomElement(using: &generator) ?? 0 }
            guard let glob = try? Glob(String(decoding: pattern, as: UTF8.self)), glob.pattern != "*" else { continue }
            let expected = Self.matches(pattern[...], name[...])
            matched += expected ? 1 : 0
            #expect(glob.matches(String(decoding: name, as: UTF8.self)) == expected, "\(glob) \(String(decoding: name, as: UTF8.self))")
        }
        #expect(matched > 500)
    }

    /// The definition, by trying everything.
    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        guard let first = pattern.first else { return name.isEmpty }
        guard first == star else { return name.first == first && matches(pattern.dropFirst(), name.dropFirst()) }
        let across = pattern.dropFirst().first == star
        let rest = pattern.dropFirst(across ? 2 : 1)
        for length in 0...name.count {
            if !across, name.prefix(length).contains(UInt8(ascii: "/")) { return false }
            if matches(rest, name.dropFirst(length)) { return true }
        }
        return false
    }

    @Test func `a pattern made to blow up doesn't`() throws {
        let glob = try Glob(String(repeating: "*a", count: 127))
        #expect(!glob.matches(String(repeating: "a", count: 5_000) + "b"))
    }
}
