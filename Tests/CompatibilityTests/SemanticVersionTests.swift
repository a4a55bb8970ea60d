import Compatibility
import JSON
import Testing

@Suite("Semantic versions")
struct SemanticVersionTests {
    @Test(
        "a version is read and written as it was",
        arguments: [
            "0.0.0", "0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid", "1.0.0-alpha",
            "1.0.0-alpha.beta.1",
            "1.0.0-alpha0.valid", "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-rc.1+build.123",
            "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
            "1.0.0+0.build.1-rc.10000aaa-kk-0.1", "18446744073709551615.0.0", "1.0.0-0A.is.legal", "1.0.0+001",
            "1.0.0-99999999999999999999999",
        ])
    func valid(text: String) throws {
        let version = try SemanticVersion(text)
        #expect(version.description == text)
        #expect(try SemanticVersion(from: version.json) == version)
    }

    @Test(
        "what is no version says what was wanted",
        arguments: [
            ("", "wanted three numbers, major.minor.patch, found 1"),
            ("1", "wanted three numbers, major.minor.patch, found 1"),
            ("1.2", "wanted three numbers, major.minor.patch, found 2"),
            ("1.2.3.4", "wanted three numbers, major.minor.patch, found 4"),
            ("v1.2.3", "wanted a number as major version, found \"v1\""),
            ("1.x.3", "wanted a number as minor version, found \"x\""),
            ("1.2.", "wanted a number as patch version, found \"\""),
            (" 1.2.3", "wanted a number as major version, found \" 1\""),
            ("1.2.3 ", "wanted a number as patch version, found \"3 \""),
            ("-1.2.3", "wanted three numbers, major.minor.patch, found 1"),
            ("01.2.3", "wanted the major version without leading zeros, found \"01\""),
            ("1.2.03", "wanted the patch version without leading zeros, found \"03\""),
            ("18446744073709551616.0.0", "the major version does not fit into 64 bits"),
            ("1.2.3-", "wanted letters, digits and '-' between the dots of the pre-release, found \"\""),
            ("1.2.3-a..b", "wanted letters, digits and '-' between the dots of the pre-release, found \"\""),
            ("1.2.3-a_b", "wanted letters, digits and '-' between the dots of the pre-release, found \"a_b\""),
            ("1.2.3-01", "wanted numbers of the pre-release without leading zeros, found \"01\""),
            ("1.2.3+", "wanted letters, digits and '-' between the dots of the build, found \"\""),
            ("1.2.3+a+b", "wanted letters, digits and '-' between the dots of the build, found \"a+b\""),
            ("1.2.3-é", "wanted letters, digits and '-' between the dots of the pre-release, found \"é\""),
            ("１.2.3", "wanted a number as major version, found \"１\""),
            (String(repeating: "1", count: 300), "wanted at most 256 bytes"),
        ])
    func invalid(text: String, reason: String) {
        let error = #expect(throws: VersionError.self) { try SemanticVersion(text) }
        #expect(error?.reason == reason)
    }

    @Test("precedence is the specification's, section 11, between any two")
    func precedence() throws {
        let ascending = [
            "0.0.1", "0.1.0", "1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0-99999999999999999998", "1.0.0-99999999999999999999", "1.0.0-A",
            "1.0.0-alpha",
            "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0",
            "1.10.0", "2.0.0",
            "10.0.0",
        ]
        let versions = try ascending.map { text throws(VersionError) in try SemanticVersion(text) }
        for (left, one) in versions.enumerated() {
            for (right, other) in versions.enumerated() {
                #expect((one < other) == (left < right), "\(one) and \(other)")
                #expect((one == other) == (left == right), "\(one) and \(other)")
            }
        }
    }

    @Test("build metadata is kept, and counts for nothing")
    func build() throws {
        let one = try SemanticVersion("1.2.3+a")
        let other = try SemanticVersion("1.2.3+b.7")
        #expect(one == other)
        #expect(!(one < other) && !(other < one))
        #expect(Set([one, other]).count == 1)
        #expect(other.build == ["b", "7"])
    }
}
