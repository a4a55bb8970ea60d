import FoundationEssentials
import Glibc
import Harness
import Testing
import Trust

@testable import Commands

@Suite("Keys that a program holds") struct ProgramKeyTests {
    /// The program that docs/signing.md shows.
    private func documented(_ bench: SigningBench) throws -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let page = String(decoding: try #require(FileManager.default.contents(atPath: root + "/docs/signing.md")), as: UTF8.self)
        let start = try #require(page.firstRange(of: "```sh\n")).upperBound
        let end = try #require(page[start...].firstRange(of: "```")).lowerBound
        return try bench.write(String(page[start..<end]), to: "graft-kms-openssl", mode: 0o755)
    }

    @Test(
        "The program of docs/signing.md signs by any kind of key, in both formats", .enabled(if: SigningBench.hasOpenSSL),
        arguments: SigningCommandTests.keys)
    func documented(name: String) async throws {
        try await SigningBench.with { bench in
            let reference = try "kms-plugin://\(documented(bench))#\(bench.key(name))"
            try await bench.graft("sign", bench.reference, "--key", reference)
            try await bench.graft("verify", bench.reference, "--key", bench.path(name + ".pub"))
            try await bench.graft("sign", bench.reference, "--key", reference, "--format", "bundle")
            #expect(try bench.failure(of: try await bench.bundles()[0], by: try bench.publicKey(name), .signature) == nil)
            let predicate = try bench.write(
                #"{"spdxVersion":"SPDX-2.3","name":"\#(String(repeating: "n", count: 300_000))"}"#, to: "p.json")
            try await bench.graft(
                "attest", bench.reference, "--key", reference, "--type", "spdxjson", "--predicate", predicate, "--format", "bundle")
            let spdx = AttestationRequirement(predicateTypes: [PredicateType.spdx])
            #expect(try bench.failure(of: try await bench.bundles()[1], by: try bench.publicKey(name), .attestation(spdx)) == nil)
            // And it refuses in words.
            let said = await bench.complaint(
                "sign", bench.reference, "--key", "kms-plugin://\(bench.path("graft-kms-openssl"))#/no/such.key")
            #expect(said.contains("it refuses: there is no key /no/such.key"), "\(said)")
        }
    }

    /// A program that answers the first question and then does something else.
    private func program(_ bench: SigningBench, then: String) throws -> String {
        _ = try bench.key("p256")
        let pem = try bench.text("p256.pub").replacing("\n", with: "\\n")
        let script = """
            #!/bin/sh
            request=$(cat)
            case $request in
            *'"operation":"publicKey"'*) printf '%s' '{"version":"graft.dev/kms/v1","publicKey":"\(pem)"}'; exit 0 ;;
            esac
            \(then)
            """
        return "kms-plugin://" + (try bench.write(script, to: "program", mode: 0o755)) + "#release"
    }

    @Test(
        "What goes wrong is told with the program's name and words, and nothing is pushed",
        arguments: [
            ("echo 'no such token' >&2; exit 3", "it ended with exit code 3; it says on standard error: no such token"),
            ("kill -9 $$", "it ended with signal 9"),
            ("true", "it printed nothing; wanted one JSON document"),
            ("echo 'Enter PIN:'", "what it printed is no JSON (line 1, column 1)"),
            (#"echo '{"version":"graft.dev/kms/v1"}'"#, "its answer has no signature"),
            (#"echo '{"version":"graft.dev/kms/v2","signature":"AAAA"}'"#, "it speaks version \"graft.dev/kms/v2\""),
            (#"echo '{"version":"graft.dev/kms/v1","error":"the token is locked"}'; exit 1"#, "it refuses: the token is locked"),
            (#"echo '{"version":"graft.dev/kms/v1","signature":"AAAA"}'"#, "what came back is no signature by the key"),
            ("yes | head -c 300000", "what it printed is no JSON"),
            ("printf '\\033]0;x\\007wrong' >&2; exit 1", "standard error: ]0;x wrong"),
        ])
    func failing(behaviour: String, message: String) async throws {
        try await SigningBench.with { bench in
            let said = await bench.complaint("sign", bench.reference, "--key", try program(bench, then: behaviour))
            #expect(said.contains(message), "\(said)")
            #expect(try await bench.layers(".sig").isEmpty)
        }
    }

    @Test("One that doesn't answer is ended with all that it started, and the time named")
    func slow() async throws {
        try await SigningBench.with { bench in
            let reference = try program(bench, then: "sleep 600 & echo $! >\(bench.path("child")); wait")
            let said = await bench.complaint("sign", bench.reference, "--key", reference, "--key-timeout", "2")
            #expect(said.contains("it has not answered within 2.0 seconds"), "\(said)")
            #expect(said.contains("correct --key"))
            if bench.exists("child") {
                let child = try #require(Int32(bench.text("child").split(separator: "\n").first ?? ""))
                try await eventually("the end of the program's child", within: .seconds(60)) { kill(child, 0) != 0 }
            }
        }
    }

    @Test("One that is not there, or can't be run, is named")
    func missing() async throws {
        try await SigningBench.with { bench in
            let none = await bench.complaint("sign", bench.reference, "--key", "kms://surely-not-there/k")
            #expect(
                none.contains("kms://surely-not-there/k: the program graft-kms-surely-not-there: it can't be run: No such file"), "\(none)")
            let file = try bench.write("#!/bin/sh\n", to: "not-executable", mode: 0o644)
            let denied = await bench.complaint("sign", bench.reference, "--key", "kms-plugin://\(file)")
            #expect(denied.contains("it can't be run: Permission denied"), "\(denied)")
        }
    }

    @Test("A program that neither reads nor minds gets any question without trouble")
    func deaf() async throws {
        let child = ChildProcess(program: "true", input: [UInt8](repeating: 0x20, count: 1 << 20), outputLimit: 10)
        let result = try await child.result(within: .seconds(60))
        #expect(result.isSuccess && result.output.isEmpty)
    }

    @Test(
        "A reference names a file, a variable or a program",
        arguments: [
            ("release.key", KeyReference.file("release.key")), ("env://RELEASE_KEY", .environment("RELEASE_KEY")),
            ("kms://aws/alias/release", .program("graft-kms-aws", key: "alias/release")), ("kms://aws", .program("graft-kms-aws", key: "")),
            ("kms://openssl//a/b.key", .program("graft-kms-openssl", key: "/a/b.key")),
            ("kms-plugin:///opt/p#k#1", .program("/opt/p", key: "k#1")), ("kms-plugin://./p", .program("./p", key: "")),
        ])
    func references(text: String, reference: KeyReference) throws {
        #expect(try KeyReference(text) == reference)
    }

    @Test(
        "A reference that names nothing is refused, with what there is",
        arguments: [
            ("env://", "wanted env://NAME"), ("kms:///k", "wanted kms://NAME/KEY"), ("kms://../x/k", "is no name of a program"),
            ("kms-plugin://p#k", "is no path"), ("awskms:///alias/x", "a program graft-kms-awskms"),
        ])
    func wrongReferences(text: String, why: String) {
        let error = #expect(throws: (any Error).self) { try KeyReference(text) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(why))
    }
}
