extension Mistake {
    /// What `graft sign`, `graft attest` and `graft key` refuse.
    static let onSigning: [Mistake] = [
        Mistake("Signing with a public key") { try await $0.sign(with: "release.pub") },
        Mistake("A key that others may read: it signs, and says") { bench in
            let path = bench.directory + "/shared.key"
            try await bench.processes.run(["/bin/cp", bench.directory + "/release.key", path]).orThrow()
            try await bench.processes.run(["/bin/chmod", "644", path]).orThrow()
            let signed = try await bench.processes.run(
                [Repository.graft, "sign", "\(bench.registry)/modules/http-filter:1.0.0", "--key", path],
                environment: ["HOME": bench.directory]
            ).orThrow()
            return bench.trimmed(signed.errorOutput).replacing(bench.directory + "/", with: "")
        },
        Mistake("A new key without a word about its password") { bench in
            try await bench.complaint(ofGraft: "key", "generate", bench.directory + "/new.key")
        },
        Mistake("Signing with an encrypted key, without its password") { bench in
            try await bench.lockedKey()
            return try await bench.sign(with: "locked.key")
        },
        Mistake("Signing with a wrong password") { bench in
            try await bench.lockedKey()
            return try await bench.sign(with: "locked.key", environment: ["COSIGN_PASSWORD": "wrong"])
        },
        Mistake("Signing with a key in a variable that is not set") { try await $0.sign(withKey: "env://RELEASE_KEY") },
        Mistake("Signing with a key of a program that is not there") { try await $0.sign(withKey: "kms://none/release") },
        Mistake("Signing with a key of a program that fails") { bench in
            try await bench.sign(withProgram: "failing", "echo 'no token is plugged in' >&2; exit 3")
        },
        Mistake("Signing with a key of a program that prints something else") { bench in
            try await bench.sign(withProgram: "talking", "echo 'Enter PIN:'")
        },
        Mistake("Signing in a registry that refuses the credentials") { bench in
            let registry = try await DockerRegistry.start(with: bench.processes, directory: bench.directory, wantsPassword: true)
            defer { registry.stop() }
            let wrong = #"{"auths":{"\#(registry.address)":{"username":"somebody","password":"wrong"}}}"#
            try File.write(wrong, to: bench.directory + "/config.json")
            return try await bench.complaint(
                ofGraft: "sign", "\(registry.address)/modules/f:1.0.0", "--key", bench.directory + "/release.key",
                environment: ["DOCKER_CONFIG": bench.directory]
            ).replacing(registry.address, with: "registry.example")
        },
        Mistake("Attesting with a bill of material that is none") { try await $0.attest(type: "spdxjson", "{}") },
        Mistake("Attesting with a predicate of no known type") { try await $0.attest(type: "sbom", "{}") },
    ]
}

extension Workbench {
    private var module: String { "\(registry)/modules/http-filter:1.0.0" }

    /// What `graft sign` says about a key in the bench's directory.
    fileprivate func sign(with file: String, environment: [String: String] = [:]) async throws -> String {
        try await sign(withKey: "\(directory)/\(file)", environment: environment)
    }

    fileprivate func sign(withKey key: String, environment: [String: String] = [:]) async throws -> String {
        try await complaint(ofGraft: "sign", module, "--key", key, environment: environment).replacing(directory + "/", with: "")
    }

    fileprivate func sign(withProgram name: String, _ script: String) async throws -> String {
        let path = "\(directory)/\(name)"
        try File.write("#!/bin/sh\n\(script)\n", to: path)
        try await processes.run(["/bin/chmod", "755", path]).orThrow()
        return try await sign(withKey: "kms-plugin://\(path)#release")
    }

    /// Makes a key that only a password opens, unless it is there.
    fileprivate func lockedKey() async throws {
        let path = directory + "/locked.key"
        guard (try? File.text(path)) == nil else { return }
        try await processes.run(
            [Repository.graft, "key", "generate", path], environment: ["COSIGN_PASSWORD": "right", "HOME": directory]
        ).orThrow()
    }

    fileprivate func attest(type: String, _ predicate: String) async throws -> String {
        let file = directory + "/sbom.json"
        try File.write(predicate, to: file)
        return try await complaint(
            ofGraft: "attest", module, "--key", directory + "/release.key", "--type", type, "--predicate", file
        ).replacing(directory + "/", with: "")
    }
}
