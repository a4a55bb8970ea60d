import Compatibility
import JSON
import Testing

@Suite("Ranges of versions")
struct VersionRangeTests {
    @Test(
        "a range holds what it says",
        arguments: [
            // range, in, out
            ("1.2.3", ["1.2.3", "1.2.3+b"], ["1.2.4", "1.2.3-rc.1"]),
            ("=1.2.3", ["1.2.3"], ["1.2.2"]),
            ("*", ["0.0.0", "9.9.9"], ["1.0.0-rc.1"]),
            ("", ["0.0.0", "9.9.9"], ["1.0.0-rc.1"]),
            ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "2.0.0-a", "1.0.0-a"]),
            ("1.x", ["1.0.0", "1.9.9"], ["2.0.0"]),
            ("1.2.*", ["1.2.0", "1.2.9"], ["1.3.0", "1.1.9"]),
            ("X", ["1.2.3"], []),
            ("1.x.x", ["1.2.3"], ["2.0.0"]),
            (">=1.2.0 <2.0.0", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0", "1.5.0-rc.1"]),
            (">=1.2.0, <2.0.0", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0"]),
            (">= 1.2.0 < 2.0.0", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0"]),
            (">1.2.3", ["1.2.4"], ["1.2.3"]),
            (">1.2", ["1.3.0"], ["1.2.9"]),
            (">1", ["2.0.0"], ["1.9.9"]),
            (">=1.2", ["1.2.0"], ["1.1.9"]),
            ("<1.2", ["1.1.9"], ["1.2.0", "1.2.0-a"]),
            ("<=1.2", ["1.2.9"], ["1.3.0", "1.3.0-a"]),
            ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
            ("<=*", ["1.2.3"], []),
            ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0", "2.0.0-a", "1.3.0-a"]),
            ("^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
            ("^1", ["1.0.0", "1.9.0"], ["2.0.0"]),
            ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
            ("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"]),
            ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
            ("^0", ["0.0.0", "0.9.9"], ["1.0.0"]),
            ("^0.x", ["0.9.9"], ["1.0.0"]),
            ("^*", ["9.9.9"], []),
            ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
            ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
            ("~1", ["1.0.0", "1.9.9"], ["2.0.0"]),
            ("^1.2 || ^3.0.1", ["1.5.0", "3.1.0"], ["2.0.0", "3.0.0"]),
            ("1.2.3||>=2.0.0 <2.1.0||4", ["1.2.3", "2.0.5", "4.4.4"], ["1.2.4", "2.1.0", "3.0.0"]),
            // Pre-releases are in where one of the same numbers is named.
            (">=1.3.0-rc.1", ["1.3.0-rc.1", "1.3.0-rc.2", "1.3.0", "2.0.0"], ["1.3.0-beta", "1.4.0-rc.1"]),
            ("^1.2.3-beta.2", ["1.2.3-beta.2", "1.2.3", "1.9.9"], ["1.2.3-beta.1", "1.2.4-beta.3", "2.0.0-0"]),
            ("~1.2.3-beta.2", ["1.2.3-beta.4", "1.2.9"], ["1.2.4-beta.2", "1.3.0"]),
            ("1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3"]),
            ("^1.2.3+build", ["1.2.3"], ["2.0.0"]),
            // Nothing is in an empty one, which is no error.
            (">2.0.0 <1.0.0", [], ["1.5.0", "0.1.0", "3.0.0"]),
        ])
    func contents(text: String, inside: [String], outside: [String]) throws {
        let range = try VersionRange(text)
        for version in inside { #expect(range.contains(try SemanticVersion(version)), "\(version)") }
        for version in outside { #expect(!range.contains(try SemanticVersion(version)), "\(version)") }
        #expect(try VersionRange(range.description) == range)
        #expect(try VersionRange(from: range.json) == range)
    }

    @Test(
        "what is no range says what was wanted",
        arguments: [
            ("latest", "wanted a number as major version, found \"latest\""),
            ("v1.2", "wanted a number as major version, found \"v1\""),
            ("1.2.3.4", "wanted at most three numbers, found \"1.2.3.4\""),
            ("01.2", "wanted the major version without leading zeros, found \"01\""),
            ("1.x.3", "wanted no number after 'x', found \"1.x.3\""),
            ("1.2-rc", "wanted three numbers before a pre-release or build, found \"1.2-rc\""),
            ("1.2.3 - 2.0.0", "wanted a number as major version, found \"\""),
            ("=>1.2", "wanted one of < <= = >= > ^ ~, found '=>'"),
            ("==1.2", "wanted one of < <= = >= > ^ ~, found '=='"),
            ("~>1.2", "wanted one of < <= = >= > ^ ~, found '~>'"),
            (">=", "wanted a version after '>=', found nothing"),
            (">= <1.0.0", "wanted a version after '>=', found '<'"),
            (">=1.0.0 | <2.0.0", "wanted '||' between alternatives"),
            ("1 |", "wanted '||' between alternatives"),
            (">*", "no version is >*; wanted a number"),
            ("<x", "no version is <x; wanted a number"),
            ("^18446744073709551615", "a number does not fit into 64 bits"),
            (String(repeating: "1 ", count: 300), "wanted at most 512 bytes"),
        ])
    func invalid(text: String, reason: String) {
        let error = #expect(throws: VersionError.self) { try VersionRange(text) }
        #expect(error?.reason == reason)
    }

    @Test("random text never crashes, and what is a range is written as the same range")
    func fuzz() {
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet = Array("0123.x*<>=^~| ,-+a")
        var accepted = 0
        for _ in 0..<20_000 {
            let text = String((0..<next(10)).map { _ in alphabet[next(alphabet.count)] })
            guard let range = try? VersionRange(text) else { continue }
            accepted += 1
            #expect((try? VersionRange(range.description)) == range, "\(text)")
        }
        #expect(accepted > 200)
    }
}
