import Glibc
import Synchronization
import Testing

@testable import OCI

/// A directory with programs `docker-credential-…`, each a script.
private func withHelpers<Result>(_ scripts: [String: String], _ body: (String) async throws -> Result) async throws -> Result {
    try await withTemporaryDirectory { (directory) async throws in
        for (name, script) in scripts {
            let path = "\(directory)/docker-credential-\(name)"
            try FileSystem.replace(path, with: Array("#!/bin/sh\n\(script)\n".utf8))
            chmod(path, 0o755)
        }
        return try await body(directory)
    }
}

@Suite("A credential helper", .timeLimit(.minutes(3)))
struct CredentialHelperTests {
    @Test(
        "is told the server and answers with a credential",
        arguments: [
            (
                #"printf '{"ServerURL":"%s","Username":"%s","Secret":"p"}' "$server" "$server""#,
                Credential.basic(user: "r.example", password: "p")
            ),
            (#"echo '{"ServerURL":"x","Username":"<token>","Secret":"i"}'"#, .identityToken("i")),
            (#"echo '{"Username":"u","Secret":""}'"#, .anonymous),
            ("echo 'credentials not found in native keychain'; exit 1", .anonymous),
        ])
    func answers(script: String, credential: Credential) async throws {
        try await withHelpers(["x": "[ \"$1\" = get ] || exit 9\nread -r server\n\(script)"]) { (path) async throws in
            #expect(try await CredentialProgram("x", searchPath: path).credential(for: "r.example") == credential)
        }
    }

    @Test(
        "that fails is named, and nothing that it printed is shown",
        arguments: [
            ("echo hunter2; echo hunter2 >&2; exit 3", "failed with exit code 3"), ("kill -9 $$", "ended by signal 9"),
            ("echo '{\"Username\":\"hunter2\"}'", "no credential"), ("echo hunter2", "no credential"), ("true", "no credential"),
            ("echo '{\"Username\":\"u\",\"Secret\":\"hunter2\"}{}'", "no credential"),
        ])
    func failures(script: String, message: String) async throws {
        try await withHelpers(["x": script]) { (path) async throws in
            let error = await ociError { _ = try await CredentialProgram("x", searchPath: path).credential(for: "r.example") }
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains(message) == true)
            #expect(error?.message.contains("docker-credential-x") == true)
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test("that is missing is named, with where it was looked for")
    func missing() async throws {
        let error = await ociError {
            _ = try await CredentialProgram("nowhere", searchPath: "/var/empty:relative:").credential(for: "r.example")
        }
        #expect(error?.code == .unsupported)
        #expect(
            error?.message
                == "the docker config keeps the credentials for r.example with the helper docker-credential-nowhere, which is not in "
                + "/var/empty:relative:; install it there, or write the credentials into auths of the docker config")
    }

    @Test("that never answers is ended, with all that it has started")
    func silent() async throws {
        try await withHelpers(["x": "sleep 1000 & echo $! > \"$0.child\"; wait"]) { (path) async throws in
            let helper = CredentialProgram("x", limit: .seconds(3), searchPath: path)
            let error = await ociError { _ = try await helper.credential(for: "r.example") }
            #expect(error?.message.contains("did not answer within") == true)
            let text = String(decoding: try FileSystem.read("\(path)/docker-credential-x.child", upTo: 100), as: UTF8.self)
            let child = try #require(pid_t(text.filter(\.isNumber)))
            #expect(try await eventually { isGone(child) })
        }
    }

    @Test("that prints without end is ended")
    func endless() async throws {
        try await withHelpers(["x": "yes hunter2"]) { (path) async throws in
            let error = await ociError { _ = try await CredentialProgram("x", searchPath: path).credential(for: "r.example") }
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test("ends with the task that waits for it")
    func cancellation() async throws {
        try await withHelpers(["x": "echo $$ > \"$0.self\"; exec sleep 1000"]) { (path) async throws in
            let file = "\(path)/docker-credential-x.self"
            try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
                group.addTask { _ = try await CredentialProgram("x", searchPath: path).credential(for: "r.example") }
                #expect(try await eventually { (FileSystem.size(of: file) ?? 0) > 1 })
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            let text = String(decoding: try FileSystem.read(file, upTo: 100), as: UTF8.self)
            #expect(isGone(try #require(pid_t(text.filter(\.isNumber)))))
        }
    }

    /// An orphan that nobody waits for stays a zombie, which is dead too.
    private func isGone(_ process: pid_t) -> Bool {
        if kill(process, 0) != 0 { return true }
        let state = try? FileSystem.readStream("/proc/\(process)/stat")
        return state.map { String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? true
    }
}

@Suite("A store of credentials", .timeLimit(.minutes(3)))
struct CredentialStoreTests {
    private static func auth(_ password: String) -> [UInt8] {
        Array(#"{"auths":{"r.example":{"username":"u","password":"\#(password)"}}}"#.utf8)
    }

    @Test("reads a file again when it has changed, as a mounted Secret does")
    func rotation() async throws {
        try await withTemporaryDirectory { (directory) async throws in
            let path = "\(directory)/.dockerconfigjson"
            try FileSystem.replace(path, with: Self.auth("one"))
            let store = CredentialStore(paths: [directory])
            #expect(try await store.credential(registry: "r.example", repository: "a") == .basic(user: "u", password: "one"))
            try FileSystem.replace(path, with: Self.auth("two"))
            #expect(try await store.credential(registry: "r.example", repository: "a") == .basic(user: "u", password: "two"))
            try FileSystem.replace(path, with: Array("{".utf8))
            #expect(await code { _ = try await store.credential(registry: "r.example", repository: "a") } == .malformed)
        }
    }

    @Test("takes the first of several files that has a credential")
    func several() async throws {
        try await withTemporaryDirectory { (directory) async throws in
            try FileSystem.replace("\(directory)/a.json", with: Array(#"{"auths":{"other.example":{"auth":"dTpw"}}}"#.utf8))
            try FileSystem.replace("\(directory)/b.json", with: Self.auth("b"))
            let store = CredentialStore(paths: ["\(directory)/a.json", "\(directory)/b.json"])
            #expect(try await store.credential(registry: "r.example", repository: "a") == .basic(user: "u", password: "b"))
            #expect(try await store.credential(registry: "none.example", repository: "a") == .anonymous)
        }
    }

    @Test("says that a file is missing which must be there")
    func missing() async throws {
        let error = await ociError { try CredentialStore(paths: ["/nowhere/config.json"]).check() }
        #expect(error?.code == .storage)
        #expect(error?.message.hasPrefix("/nowhere/config.json: ") == true)
        try CredentialStore(paths: ["/nowhere/config.json"], isRequired: false).check()
    }

    @Test("asks a helper once for all who want to know at the same time, and anew when its answer was refused or is old")
    func once() async throws {
        let script = #"read -r s; echo x >> "$0.calls"; sleep 0.2; echo '{"Username":"u","Secret":"p"}'"#
        try await withHelpers(["x": script]) { (path) async throws in
            try FileSystem.replace("\(path)/config.json", with: Array(#"{"credHelpers":{"r.example":"x"}}"#.utf8))
            func calls() -> Int { (FileSystem.size(of: "\(path)/docker-credential-x.calls") ?? 0) / 2 }
            let time = ManualTiming()
            let store = CredentialStore(paths: [path], helperPath: path, now: time.timing.now)
            try await withThrowingTaskGroup(of: Credential.self) { (group) async throws in
                for _ in 0..<10 { group.addTask { try await store.credential(registry: "r.example", repository: "a") } }
                for try await credential in group { #expect(credential == .basic(user: "u", password: "p")) }
            }
            #expect(calls() == 1)
            store.forget()
            _ = try await store.credential(registry: "r.example", repository: "b")
            #expect(calls() == 2)
            time.advance(.seconds(301))
            _ = try await store.credential(registry: "r.example", repository: "b")
            #expect(calls() == 3)
        }
    }
}
