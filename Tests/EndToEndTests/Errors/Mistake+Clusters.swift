extension Mistake {
    /// Getting to a cluster, or starting one.
    static let onClusters: [Mistake] = [
        Mistake("A kubeconfig that does not exist") {
            try await $0.complaint(ofGraft: "status", "http-filter", "--kubeconfig", "missing.kubeconfig")
        },
        Mistake("No kubeconfig at all") { bench in
            try await bench.complaint(ofGraft: "status", "http-filter", environment: ["KUBECONFIG": "", "HOME": "/nonexistent"])
        },
        Mistake("A token that the cluster does not know, or no longer") { bench in
            let file = bench.directory + "/expired.kubeconfig"
            let text = try File.text(bench.cluster.kubeconfig)
            let lines = text.split(separator: "\n").map { $0.contains("token:") ? "\($0.prefix { $0 != ":" }): expired" : String($0) }
            try File.write(lines.joined(separator: "\n") + "\n", to: file)
            return try await bench.complaint(ofGraft: "status", "http-filter", "--kubeconfig", file)
        },
        Mistake("A cluster that does not answer") { bench in
            let file = bench.directory + "/gone.kubeconfig"
            try File.write(File.text(bench.cluster.kubeconfig).replacing(bench.cluster.server, with: "https://127.0.0.1:1"), to: file)
            return try await bench.complaint(ofGraft: "status", "http-filter", "--kubeconfig", file)
        },
        Mistake("A port that is taken") { bench in
            let taken = String(bench.cluster.server.split(separator: ":").last ?? "")
            return try await bench.complaint(
                ofGraft: "up", "--data", bench.directory + "/second", "--port", taken, "--registry-port", "0", "--log-level", "error"
            ).replacing(taken, with: "6443")
        },
        Mistake("A data directory in use") { bench in
            try await bench.complaint(ofGraft: "up", "--data", bench.cluster.data, "--port", "0", "--registry-port", "0")
                .replacing(bench.cluster.data, with: ".graft")
        },
        Mistake("A network for checks that is none") {
            try await $0.complaint(of: [Repository.controller, "--check-network", "localhost"])
        },
        Mistake("A host for checks that is none") { try await $0.complaint(of: [Repository.controller, "--check-host", "a/b"]) },
        Mistake("A port that is none") { try await $0.complaint(ofGraft: "up", "--port", "70000") },
    ]
}
