import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension Mistake {
    /// What an agent says, at its start or in the status of its host.
    static let onHosts: [Mistake] = [
        Mistake("An agent's configuration with a field that does not exist") { bench in
            let member = bench.member("misspelt")
            try await member.startHost()
            defer { member.stop() }
            var configuration = member.configuration
            configuration["stateDir"] = configuration["stateDirectory"]
            let file = bench.directory + "/agent.yaml"
            try File.write(configuration.text(), to: file)
            return try await bench.complaint(ofGraft: "agent", "--config", file, "--kubeconfig", bench.cluster.agentKubeconfig)
                .replacing(bench.directory + "/", with: "")
        },
        Mistake("Two agents with one state directory") { bench in
            let member = bench.member("twice")
            try await member.startHost()
            try member.startAgent()
            defer { member.stop() }
            try await eventually("the first is at work", every: .milliseconds(50)) {
                try await bench.cluster.hosts.getIfPresent("edge-proxy.twice") != nil
            }
            return try await bench.complaint(
                ofGraft: "agent", "--config", member.configurationFile, "--kubeconfig", bench.cluster.agentKubeconfig
            ).replacing(member.directory, with: "/var/lib/graft")
        },
        Mistake("A disk without room on a host") { bench in
            try await bench.requireMounts()
            // A module of a megabyte, and a host whose agent has half of that.
            let bulk = bench.directory + "/rules.bin"
            try File.write(String(repeating: "0123456789abcdef", count: 1 << 16), to: bulk)
            try await bench.cluster.graft(
                "push", "\(bench.registry)/modules/bulky:1.0.0", "--descriptor", ExampleProgram.descriptor("1.0.0"), "--sign",
                bench.cluster.keyPath(.release), ExampleProgram.library("1.0.0"), bulk
            ).orThrow()
            let member = bench.member("full")
            try await member.startHost()
            try member.startAgent(inside: [
                "unshare", "--mount", "sh", "-c", #"mount -t tmpfs -o size=512k tmpfs "$0" && exec "$@""#, member.stateDirectory,
            ])
            defer { member.stop() }
            var manifest = Manifest(reference: "\(bench.registry)/modules/bulky:1.0.0")
            manifest.tier = member.tier
            try await bench.cluster.apply(manifest)
            let target = try await eventually("the host reports a failure", within: .seconds(60), every: .milliseconds(50)) {
                try await bench.cluster.hosts.getIfPresent("edge-proxy.full")?.status.slots.first?.target.flatMap {
                    $0.message == nil ? nil : $0
                }
            }
            try await bench.cluster.delete()
            #expect(target.blame == .environment)
            #expect(target.reason == "DiskFull")
            return (target.message ?? "").replacing(member.stateDirectory, with: "/var/lib/graft")
        },
    ]
}

extension Workbench {
    /// A host that no other deployment selects.
    fileprivate func member(_ name: String) -> FleetMember {
        FleetMember(name, directory: "\(directory)/\(name)", tier: name, processes: processes, kubeconfig: cluster.agentKubeconfig)
    }

    /// A small disk takes a mount of one's own; some containers allow none.
    fileprivate func requireMounts() async throws {
        guard try await processes.run(["unshare", "--mount", "true"]).isSuccess else {
            try Test.cancel("no file system can be mounted here")
        }
    }
}
