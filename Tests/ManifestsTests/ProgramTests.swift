import Agent
import ArgumentParser
import GraftAPI
import Harness
import JSON
import Logging
import ProgramOptions
import Telemetry
import Testing

@testable import AgentCommand
@testable import ControllerCommand

/// A workload of the manifests, as its programs will find it.
private struct Workload {
    let namespace: String
    let pod: JSON
    let container: JSON

    init(_ kind: String, _ name: String, in objects: [JSON]) throws {
        let object = try objects.only(kind, name)
        let pod = object["spec"]?["template"]?["spec"] ?? .null
        guard let namespace = object.namespace, let containers = pod["containers"]?.array, containers.count == 1 else {
            throw Missing(description: "the one container of \(kind) \(name)")
        }
        (self.namespace, self.pod, container) = (namespace, pod, containers[0])
    }

    var environment: [JSON] { container["env"]?.array ?? [] }

    /// The arguments, with variables replaced as the kubelet does it, those of the pod by `value`.
    func arguments(_ value: String) -> [String] {
        container.strings("args").map { argument in
            environment.reduce(argument) { text, variable in
                let parts = text.split(separator: "$(\(variable["name"]?.string ?? ""))", omittingEmptySubsequences: false)
                return parts.joined(separator: variable["value"]?.string ?? value)
            }
        }
    }

    /// Where a volume is mounted, and whether it can be written.
    func mount(_ volume: String) -> (path: String, isReadOnly: Bool)? {
        container["volumeMounts"]?.array?.first { $0["name"]?.string == volume }.flatMap { mount in
            mount["mountPath"]?.string.map { ($0, mount["readOnly"]?.bool ?? false) }
        }
    }

    var volumes: [JSON] { pod["volumes"]?.array ?? [] }
}

@Suite("Manifests and programs")
struct ProgramTests {
    @Test("Time zones are read where the controller is told, and a directory that is not there is told of at its start")
    func zones() throws {
        #expect(try ControllerCommand.parse([]).zones.zoneDirectory == "/usr/share/zoneinfo")
        #expect(try ControllerCommand.parse(["--zone-directory", "/"]).zones.zoneDirectory == "/")
        let error = try #require(throws: (any Error).self) { try ControllerCommand.parse(["--zone-directory", "/nowhere/zones"]) }
        #expect(
            ControllerCommand.message(for: error).hasPrefix(
                "--zone-directory: found /nowhere/zones, which can't be read: No such file or directory; wanted a directory with files"),
            "\(ControllerCommand.message(for: error))")
    }

    @Test("The controller takes its arguments, serves the probes where the kubelet asks, and runs as who may lead")
    func controller() throws {
        let objects = try Manifests.devOverlay()
        let workload = try Workload("Deployment", "graft-controller", in: objects)
        let command = try ControllerCommand.parse(workload.arguments("pod"))
        #expect(command.log.logLevel == .debug)
        #expect(!command.noLeaderElection)
        let probes = try ListeningAddress(command.listen)
        #expect(probes.host == "0.0.0.0")
        for (probe, path) in [("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")] {
            let request = workload.container[probe]?["httpGet"]
            #expect(request?["path"]?.string == path)
            #expect(ProbeEndpoint.paths.contains(path))
            let port = workload.container["ports"]?.array?.first { $0["name"] == request?["port"] }
            #expect(port?["containerPort"]?.integer == Int64(probes.port))
        }
        // Who collects metrics finds them by the annotations that Prometheus' examples use.
        let annotations = try objects.only("Deployment", "graft-controller")["spec"]?["template"]?["metadata"]?["annotations"]
        #expect(annotations?["prometheus.io/scrape"] == "true")
        #expect(annotations?["prometheus.io/port"]?.string == "\(probes.port)")
        #expect(ProbeEndpoint.paths.contains(annotations?["prometheus.io/path"]?.string ?? ""))
        #expect(command.log.logFormat == .json)
        // Agents reach it by the Service, under the name that they know it by.
        let streams = try #require(try command.streams.address())
        let service = try objects.only("Service", "graft-controller")
        let port = service["spec"]?["ports"]?.array?.first
        let target = workload.container["ports"]?.array?.first { $0["name"] == port?["targetPort"] }
        #expect(target?["containerPort"]?.integer == Int64(streams.port))
        let labels = try objects.only("Deployment", "graft-controller")["spec"]?["template"]?["metadata"]?["labels"]
        #expect(service["spec"]?["selector"] == labels)
        let agent = try AgentCommand.parse(try Workload("DaemonSet", "graft-agent", in: objects).arguments("node"))
        #expect(
            agent.uplink.controller
                == "https://graft-controller.\(service.namespace ?? "").svc:\(port?["port"]?.integer ?? 0)")
        let certificate = try #require(workload.mount("streams"))
        #expect(certificate.isReadOnly)
        #expect(
            command.streams.streamsCertificate == certificate.path + "/tls.crt"
                && command.streams.streamsKey == certificate.path + "/tls.key")
        #expect(workload.volumes.first { $0["name"] == "streams" }?["secret"]?["optional"]?.bool == true)
        // Replicas, and a container that is started anew in the same pod, are different candidates.
        #expect(command.identity == nil)
        #expect(workload.namespace == GraftAPI.systemNamespace)
        try checkSurroundings(workload, objects)

        // Credentials of checks are where the program looks for them, and nobody's who runs beside it.
        let checks = try #require(workload.mount("checks"))
        #expect(command.checks.checkCredentials == checks.path && checks.isReadOnly)
        let secret = try #require(workload.volumes.first { $0["name"] == "checks" }?["secret"])
        #expect(secret["optional"]?.bool == true && secret["defaultMode"]?.integer == 0o440)
    }

    @Test("The agent takes its arguments, reads the ConfigMap, and may write where its state and its slots are")
    func agent() throws {
        let objects = try Manifests.devOverlay()
        let workload = try Workload("DaemonSet", "graft-agent", in: objects)
        var command = try AgentCommand.parse(workload.arguments("node-7"))
        #expect(command.log.logLevel == .debug)
        #expect(command.nodeName == "node-7")
        #expect(command.log.logFormat == .json)

        let mount = try #require(workload.mount("configuration"))
        let map = try #require(workload.volumes.first { $0["name"] == "configuration" }?["configMap"]?["name"]?.string)
        let data = try #require(try objects.only("ConfigMap", map)["data"]?.object)
        let key = command.config.dropFirst(mount.path.count + 1)
        #expect(command.config == "\(mount.path)/\(key)")
        #expect(data[String(key)] != nil)
        // The file that the ConfigMap is made of.
        command.config = "\(Manifests.folder)/overlays/dev/\(key)"
        let configuration = try command.readConfiguration()
        #expect(configuration.hostName == "edge-proxy.node-7")
        // As the admission policy and the controller want it.
        #expect(configuration.leaseNamespace == workload.namespace)
        #expect(configuration.leaseName == "node-7")
        #expect(workload.namespace == GraftAPI.agentNamespace)

        // Its token for the controller is worth nothing elsewhere, and is not the one for the API server.
        let projected = try #require(workload.volumes.first { $0["name"] == "controller" }?["projected"]?["sources"]?.array)
        let held = try #require(workload.mount("controller"))
        let token = try #require(projected[0]["serviceAccountToken"])
        #expect(token["audience"]?.string == "graft-controller")
        #expect(command.uplink.controllerToken == "\(held.path)/\(token["path"]?.string ?? "")")
        #expect(
            command.uplink.controllerAuthority == "\(held.path)/\(projected[1]["configMap"]?["items"]?.array?.first?["path"]?.string ?? "")"
        )
        #expect(projected[1]["configMap"]?["optional"]?.bool == true)

        let places = [configuration.stateDirectory] + configuration.slots.compactMap(\.directory?.directory)
        #expect(places.count == 2)
        for place in places {
            let volume = try #require(workload.volumes.first { $0["hostPath"]?["path"]?.string == place }, "a volume for \(place)")
            let mount = try #require(workload.mount(volume["name"]?.string ?? ""))
            // By the same path as on the node: hosts follow the links that the agent makes.
            #expect(mount.path == place && !mount.isReadOnly)
        }
        try checkSurroundings(workload, objects)
    }

    /// Variables that the programs read by themselves.
    private static let known: Set<String> = ["DOCKER_CONFIG"]

    private func checkSurroundings(_ workload: Workload, _ objects: [JSON]) throws {
        let account = try #require(workload.pod["serviceAccountName"]?.string)
        #expect(try objects.only("ServiceAccount", account).namespace == workload.namespace)

        let arguments = workload.container.strings("args").joined(separator: " ")
        for variable in workload.environment.compactMap({ $0["name"]?.string }) {
            #expect(Self.known.contains(variable) || arguments.contains("$(\(variable))"), "nothing reads \(variable)")
        }
        for volume in workload.volumes.compactMap({ $0["name"]?.string }) {
            #expect(workload.mount(volume) != nil, "nothing mounts \(volume)")
        }

        let secret = try #require(workload.volumes.first { $0["name"] == "registry" }?["secret"])
        let credentials = try #require(workload.mount("registry"))
        #expect(workload.environment.first { $0["name"] == "DOCKER_CONFIG" }?["value"]?.string == credentials.path)
        #expect(secret["items"]?.array == [["key": ".dockerconfigjson", "path": "config.json"]])
        #expect(secret["optional"]?.bool == true)
        // Not for everybody to read, but for the user, or the group, that the program runs as.
        let mode = try #require(secret["defaultMode"]?.integer)
        let user = workload.pod["securityContext"]?["runAsUser"]?.integer
        #expect(user == 0 ? mode == 0o400 : mode == 0o440)
        #expect(user == 0 || workload.pod["securityContext"]?["fsGroup"]?.integer != nil)
    }

    @Test("Admission policies mean the service accounts that there are")
    func accounts() throws {
        let objects = try Manifests.base()
        let accounts = objects.filter { $0["kind"] == "ServiceAccount" }.map {
            "system:serviceaccount:\($0.namespace ?? ""):\($0.name ?? "")"
        }
        let policies = objects.filter { $0["kind"] == "ValidatingAdmissionPolicy" }
        let bound = objects.filter { $0["kind"] == "ValidatingAdmissionPolicyBinding" }.compactMap { $0["spec"]?["policyName"]?.string }
        #expect(Set(bound) == Set(policies.compactMap(\.name)))
        var named: Set<String> = []
        for policy in policies {
            for condition in policy["spec"]?["matchConditions"]?.array ?? [] {
                for word in (condition["expression"]?.string ?? "").split(separator: "'")
                where word.hasPrefix("system:serviceaccount:graft") {
                    named.insert(String(word))
                }
            }
        }
        #expect(named == Set(accounts))
    }
}
