import FoundationEssentials
import Glibc
import Testing
import Trust

@testable import Commands

/// One after another: they set variables of the process.
@Suite("Key files, variables and passwords", .serialized) struct KeyFileTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func withVariable(_ name: String, _ value: String?, _ body: () async throws -> Void) async throws {
        let before = getenv(name).map { String(cString: $0) }
        defer { if let before { setenv(name, before, 1) } else { unsetenv(name) } }
        if let value { setenv(name, value, 1) } else { unsetenv(name) }
        try await body()
    }

    @Test("A generated key is encrypted, for its owner alone, and signs with its password")
    func generate() async throws {
        try await SigningBench.with { bench in
            let password = try bench.write("correct horse\n", to: "password")
            try await bench.graft("key", "generate", bench.path("release.key"), "--password-file", password)
            #expect(mode(bench.path("release.key")) == 0o600)
            #expect(try bench.text("release.key").hasPrefix("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----"))
            try await bench.graft("sign", bench.reference, "--key", bench.path("release.key"), "--password-file", password)
            try await bench.graft("verify", bench.reference, "--key", bench.path("release.pub"))

            let wrong = try bench.write("incorrect horse\n", to: "wrong")
            let said = await bench.complaint("sign", bench.reference, "--key", bench.path("release.key"), "--password-file", wrong)
            #expect(
                said
                    == "release.key: the password doesn't open it, or the file is damaged: correct COSIGN_PASSWORD or the file of --password-file"
            )
            let none = await bench.complaint(
                "sign", bench.reference, "--key", bench.path("release.key"), "--password-file", bench.path("nowhere"))
            #expect(none == "release.key: it is encrypted, and its password can't be read: nowhere: no such file")
            let other = try bench.write("two\nlines\n", to: "other")
            let lines = await bench.complaint("sign", bench.reference, "--key", bench.path("release.key"), "--password-file", other)
            #expect(lines.contains("other: found more than one line, wanted a file with the password alone"))
        }
    }

    @Test("COSIGN_PASSWORD opens keys and encrypts new ones, empty as well; without it, and without a word, no key is made")
    func variable() async throws {
        try await SigningBench.with { bench in
            try await withVariable("COSIGN_PASSWORD", nil) {
                let none = await bench.complaint("key", "generate", bench.path("a"))
                #expect(none == "no password for the new key: set COSIGN_PASSWORD, name a file with --password-file, or say --no-password")
                #expect(!bench.exists("a.key") && !bench.exists("a.pub"))
                let missing = await bench.complaint("sign", bench.reference, "--key", try bench.key("sigstore-label"))
                #expect(missing.contains("it is encrypted (ENCRYPTED SIGSTORE PRIVATE KEY) and no password was given: set COSIGN_PASSWORD"))
            }
            try await withVariable("COSIGN_PASSWORD", "hello") {
                try await bench.graft("sign", bench.reference, "--key", bench.key("sigstore-label"))
            }
            try await withVariable("COSIGN_PASSWORD", "") {
                try await bench.graft("key", "generate", bench.path("b"))
                try await bench.graft("sign", bench.reference, "--key", bench.path("b.key"))
            }
            #expect(try await bench.layers(".sig").count == 2)
        }
    }

    @Test("Nothing is overwritten, not even one half of a pair", arguments: ["release.key", "release.pub"])
    func exclusive(existing: String) async throws {
        try await SigningBench.with { bench in
            try bench.write("mine", to: existing)
            for command in [["key", "generate", "--no-password"], ["generate-key"]] {
                let said = await bench.complaint(command + [bench.path("release")])
                #expect(said == "\(existing) exists; a key is never overwritten: choose another path, or move it away")
            }
            #expect(try bench.text(existing) == "mine")
            #expect(!bench.exists(existing == "release.key" ? "release.pub" : "release.key"))
            // Also when it appears between looking and writing.
            #expect(throws: (any Error).self) { try NewFile(path: bench.path(existing)).write("another", mode: 0o600) }
            #expect(throws: (any Error).self) { try KeyPairFiles(bench.path("release")).write("k", PrivateKey.generate().publicKey) }
            #expect(try bench.text(existing) == "mine")
            #expect(!bench.exists(existing == "release.key" ? "release.pub" : "release.key"))
        }
    }

    @Test("A key comes from a variable as from a file")
    func environment() async throws {
        try await SigningBench.with { bench in
            _ = try bench.key("p256")
            try await withVariable("GRAFT_TEST_KEY", try bench.text("p256.key")) {
                try await bench.graft("sign", bench.reference, "--key", "env://GRAFT_TEST_KEY")
                try await bench.graft("verify", bench.reference, "--key", bench.path("p256.pub"))
            }
            try await withVariable("GRAFT_TEST_KEY", "not a key") {
                let said = await bench.complaint("sign", bench.reference, "--key", "env://GRAFT_TEST_KEY")
                #expect(said.hasPrefix("env://GRAFT_TEST_KEY: not a key in PEM"))
                #expect(!said.contains("not a key\n"))
            }
            let unset = await bench.complaint("sign", bench.reference, "--key", "env://GRAFT_TEST_NO_KEY")
            #expect(
                unset
                    == "env://GRAFT_TEST_NO_KEY: the environment variable GRAFT_TEST_NO_KEY is not set; put the key's PEM there, or correct the name"
            )
        }
    }

    @Test(
        "A key that others may read is told of, one for its owner alone is not",
        arguments: [(0o644, true), (0o640, true), (0o604, true), (0o600, false), (0o400, false)])
    func readable(mode: Int, isTold: Bool) async throws {
        try await SigningBench.with { bench in
            let path = try bench.write("key", to: "release.key", mode: mode)
            let warning = KeyOptions.warning(about: path)
            #expect((warning != nil) == isTold)
            if isTold {
                #expect(warning == "\(path): others than its owner may read this key (mode 0\(String(mode, radix: 8))); chmod 600 \(path)")
            }
            #expect(KeyOptions.warning(about: bench.path("nowhere")) == nil && KeyOptions.warning(about: "/dev/null") == nil)
        }
    }

    @Test(
        "What is no private key is refused by its name",
        arguments: [
            ("p256.pub", "found a PEM block PUBLIC KEY, wanted a private key: PRIVATE KEY"), ("text", "not a key in PEM: line 1"),
        ])
    func wrongFile(name: String, why: String) async throws {
        try await SigningBench.with { bench in
            _ = try bench.key("p256")
            try bench.write("a text", to: "text")
            let said = await bench.complaint("sign", bench.reference, "--key", bench.path(name))
            #expect(said.hasPrefix("\(name): \(why)"), "\(said)")
        }
    }

    @Test("The public half of any key is printed as openssl would", .enabled(if: SigningBench.hasOpenSSL))
    func publicHalf() async throws {
        try await SigningBench.with { bench in
            for name in SigningCommandTests.keys {
                let opened = try PrivateKey(
                    pem: {
                        _ = try bench.key(name); return try bench.text(name + ".key")
                    }())
                #expect(opened.publicKey.pem == (try bench.text(name + ".pub")))
                try await bench.graft("key", "public", bench.path(name + ".key"))
            }
        }
    }
}
