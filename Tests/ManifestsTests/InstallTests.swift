import Glibc
import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import Testing
import YAML

@Suite("Installing by the manifests")
struct InstallTests {
    @Test("All files apply in their order, and applied again they change nothing")
    func idempotent() async throws {
        try await withEmbeddedCluster(KubeServer.Configuration(authorization: .roles)) { cluster in
            try await cluster.install(Manifests.definitions())
            for objects in [try Manifests.base(), try Manifests.devOverlay()] {
                try await cluster.install(objects)
                let all = try Manifests.definitions() + objects
                let versions = try await versions(of: all, in: cluster)
                #expect(versions.count > 20)
                try await cluster.install(all)
                #expect(try await self.versions(of: all, in: cluster) == versions)
            }
        }
    }

    @Test("The examples are accepted")
    func examples() async throws {
        try await withInstalledCluster { cluster in
            let examples = try Manifests.examples()
            try await cluster.install(examples)
            let versions = try await versions(of: examples, in: cluster)
            try await cluster.install(examples)
            #expect(try await self.versions(of: examples, in: cluster) == versions)
        }
    }

    @Test("Every file of the base is listed in its kustomization, and every one listed is there")
    func listed() throws {
        let base = Manifests.folder + "/base/"
        let files = try Manifests.files(in: base.dropLast().description).map { String($0.dropFirst(base.count)) }
        #expect(Set(files).subtracting(["kustomization.yaml"]) == Set(try Manifests.listed(in: base)))
    }

    @Test(
        "What kubectl renders applies as well",
        .enabled("kubectl before 1.21 has a kustomize that knows only the patches of its time") { try await Kubectl.minor() ?? 0 >= 21 },
        arguments: ["base", "overlays/dev"])
    func rendered(folder: String) async throws {
        let objects = try await withTemporaryDirectory { directory in
            let outcome = try await Program(
                try #require(Kubectl.path), ["kustomize", "\(Manifests.folder)/\(folder)"],
                environment: ["HOME": directory, "PATH": "/usr/bin:/bin"],
                in: directory
            ).wait()
            try #require(outcome.status == 0, "\(outcome)")
            return try YAML.documents(outcome.output)
        }
        let written = try folder == "base" ? Manifests.base() : Manifests.devOverlay()
        #expect(objects.count == written.count)
        try await withEmbeddedCluster { cluster in
            try await cluster.install(Manifests.definitions() + objects)
            let versions = try await versions(of: objects, in: cluster)
            try await cluster.install(objects)
            #expect(try await self.versions(of: objects, in: cluster) == versions)
        }
    }

    private func versions(of objects: [JSON], in cluster: EmbeddedCluster) async throws -> [String: String] {
        var versions: [String: String] = [:]
        for object in objects {
            let path = try await cluster.path(of: object)
            versions[path] = try await cluster.client.send(APIRequest(path: path))["metadata"]?["resourceVersion"]?.string
        }
        return versions
    }
}
