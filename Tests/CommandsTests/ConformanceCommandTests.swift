import ArgumentParser
import FoundationEssentials
import ProgramOptions
import Testing

@testable import Commands

/// `graft conformance verify-bundle`: the options that sigstore-conformance's runner gives, and the statuses it expects.
@Suite struct ConformanceCommandTests {
    static let bundles =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/Fixtures/signatures/bundles"
    static let identity =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
    static let issuer = "https://token.actions.githubusercontent.com"

    /// Arguments in the order in which the runner gives them, for each case of its suite.
    static func cases() throws -> [(name: String, arguments: [String])] {
        let table = try #require(FileManager.default.contents(atPath: "\(bundles)/conformance/cases.tsv"))
        return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            var arguments = ["--bundle", "\(bundles)/conformance/\(fields[0]).json"]
            if fields[3].isEmpty {
                arguments += ["--certificate-identity", fields[4].isEmpty ? identity : fields[4]]
                arguments += ["--certificate-oidc-issuer", fields[5].isEmpty ? issuer : fields[5]]
            } else {
                arguments += ["--key", "\(bundles)/keys/\(fields[3])"]
            }
            arguments += ["--trusted-root", "\(bundles)/roots/\(fields[1])", "\(bundles)/artifacts/\(fields[2])"]
            return (fields[0], arguments)
        }
    }

    func status(_ arguments: [String]) async -> Int32 {
        do {
            try await VerifyBundleCommand.parse(arguments).run()
            return 0
        } catch {
            return VerifyBundleCommand.exitCode(for: error).rawValue
        }
    }

    @Test func `every case of the suite ends with the status that its runner expects`() async throws {
        let cases = try Self.cases()
        #expect(cases.count == 70)
        for example in cases {
            #expect(await status(example.arguments) == (example.name.hasSuffix("_fail") ? 1 : 0), "\(example.name)")
        }
    }

    @Test func `the artifact may be given by its digest`() async throws {
        let example = try #require(try Self.cases().first { $0.name == "happy-path-v0.3" })
        let digest = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"
        #expect(await status(example.arguments.dropLast() + [digest]) == 0)
        #expect(await status(example.arguments.dropLast() + ["sha256:" + String(repeating: "0", count: 64)]) == 1)
        // What is no digest is a path; there is no such file.
        #expect(await status(example.arguments.dropLast() + ["sha256:a0cf"]) == 1)
    }

    @Test func `options that say too little or too much end with status 64`() async {
        let bundle = ["--bundle", "x"]
        #expect(await status(bundle + ["x"]) == 64)
        #expect(await status(bundle + ["--certificate-identity", "x", "x"]) == 64)
        #expect(await status(bundle + ["--key", "x", "--certificate-identity", "x", "--certificate-oidc-issuer", "x", "x"]) == 64)
        #expect(await status(["--key", "x", "x"]) == 64)
    }

    @Test func `a message names the failure`() async throws {
        let example = try #require(try Self.cases().first { $0.name == "set-invalid-signature_fail" })
        await #expect(throws: CommandError.self) { try await VerifyBundleCommand.parse(example.arguments).run() }
        do { try await VerifyBundleCommand.parse(example.arguments).run() } catch { #expect("\(error)".contains(": setInvalid: ")) }
    }
}
