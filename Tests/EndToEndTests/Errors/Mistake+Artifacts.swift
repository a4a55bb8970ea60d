extension Mistake {
    /// What `graft push` and `graft key` refuse.
    static let onArtifacts: [Mistake] = [
        Mistake("A descriptor with a member that does not exist") { bench in
            try await bench.push(descriptor: #"{"name":"f","version":"1.0.0","slot":"net/filter","contract":"edge/3","slots":[]}"#)
        },
        Mistake("A descriptor whose version is none") { bench in
            try await bench.push(descriptor: #"{"name":"f","version":"1.0","slot":"net/filter","contract":"edge/3"}"#)
        },
        Mistake("A descriptor that needs another module in a range that is none") { bench in
            try await bench.push(
                descriptor:
                    #"{"name":"f","version":"1.0.0","slot":"net/filter","contract":"edge/3","needs":[{"name":"tls","range":"two"}]}"#)
        },
        Mistake("A descriptor that is no JSON") { try await $0.push(descriptor: #"{"name": f}"#) },
        Mistake("A file that does not exist") { bench in
            try await bench.complaint(
                ofGraft: "push", "\(bench.registry)/modules/f:1.0.0", "--descriptor", ExampleProgram.descriptor("1.0.0"), "libfilter.so")
        },
        Mistake("A push without a tag") { bench in
            try await bench.complaint(
                ofGraft: "push", "\(bench.registry)/modules/f", "--descriptor", ExampleProgram.descriptor("1.0.0"),
                ExampleProgram.library("1.0.0")
            ).replacing(bench.registry, with: "registry.example")
        },
        Mistake("A push to a registry that refuses the credentials") { bench in
            let registry = try await DockerRegistry.start(with: bench.processes, directory: bench.directory, wantsPassword: true)
            defer { registry.stop() }
            let wrong = #"{"auths":{"\#(registry.address)":{"username":"somebody","password":"wrong"}}}"#
            try File.write(wrong, to: bench.directory + "/config.json")
            return try await bench.complaint(
                ofGraft: "push", "\(registry.address)/modules/f:1.0.0", "--descriptor", ExampleProgram.descriptor("1.0.0"),
                ExampleProgram.library("1.0.0"), environment: ["DOCKER_CONFIG": bench.directory]
            ).replacing(registry.address, with: "registry.example")
        },
        Mistake("A key file that exists") { bench in
            let path = bench.directory + "/release.key"
            return try await bench.complaint(ofGraft: "key", "generate", "--no-password", path).replacing(bench.directory + "/", with: "")
        },
    ]
}

extension Workbench {
    /// What `graft push` says about a descriptor.
    fileprivate func push(descriptor: String) async throws -> String {
        let file = directory + "/module.json"
        try File.write(descriptor, to: file)
        return try await complaint(
            ofGraft: "push", "\(registry)/modules/f:1.0.0", "--descriptor", file, ExampleProgram.library("1.0.0")
        ).replacing(directory + "/", with: "")
    }
}
