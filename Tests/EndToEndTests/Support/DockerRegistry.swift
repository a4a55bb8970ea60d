import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness

/// A real registry (Debian's docker-registry), that can be stopped.
struct DockerRegistry {
    let process: RunningProcess
    /// `127.0.0.1:PORT`
    let address: String

    /// Starts one and waits until it answers.
    /// - Parameter wantsPassword: one that nobody here has.
    static func start(with processes: Processes, directory: String, wantsPassword: Bool = false) async throws -> DockerRegistry {
        let directory = "\(directory)/docker-registry"
        try File.makeDirectory(directory)
        let address = "127.0.0.1:\(try FreePort.find())"
        var lines = [
            "version: 0.1", "log: {level: warn}", "storage: {filesystem: {rootdirectory: \(directory)/data}}",
            "http: {addr: \"\(address)\"}",
        ]
        if wantsPassword {
            // Any hash will do: what it is the hash of is never sent.
            try File.write("somebody:$2b$04$0hoD/ExE/Lby8sC2Y4zJpeGlrA17DAC.LcA5BJpPjjuuhP1UxNyVu\n", to: directory + "/htpasswd")
            lines.append("auth: {htpasswd: {realm: modules, path: \(directory)/htpasswd}}")
        }
        try File.write(lines.joined(separator: "\n") + "\n", to: directory + "/config.yml")
        let process = try processes.start("docker-registry", ["docker-registry", "serve", directory + "/config.yml"])
        let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
        let request = HTTPRequest(method: .get, scheme: "http", authority: address, path: "/v2/")
        try await eventually("the answer of docker-registry: \(File.tail(process.output))", every: .milliseconds(20)) {
            (try? await client.send(request).head) != nil
        }
        return DockerRegistry(process: process, address: address)
    }

    func stop() { process.killNow() }
}
