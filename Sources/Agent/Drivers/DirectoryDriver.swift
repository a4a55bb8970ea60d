import GraftAPI
package import HTTPCore
package import KubeRuntime
import OCI

/// Versions side by side in directories, a symbolic link `current` that is switched in one step, a hook that has the host reload,
/// and a probe that asks the running process.
///
///     <root>/<slot>/versions/<version>-<digest, 12 digits>[-<configuration, 8 digits>]/…   the payload, config.json, graft.json
///     <root>/<slot>/current → versions/…
///     <root>/<slot>/canary → versions/…, routing.json   only while calls are divided between both
///
/// A version's directory appears whole and is never changed: the host may have its files mapped. Nobody may write to it, not even the agent;
/// just before a switch everything in it is opened once, and hashed through what was opened; before and after the host has loaded, the path
/// that the host follows must lead to just that. What is linked stays open.
package struct DirectoryDriver: Driver {
    let slotDirectory: String
    let slot: String
    let settings: DirectorySettings
    let disk: Disk
    let hook: ReloadHook?
    /// Has it load anew what it runs.
    let restartHook: ReloadHook?
    let hostProbe: HostProbe?
    /// Asks for what has a part of the calls.
    let canaryProbe: HostProbe?
    let surroundings: Surroundings
    let knowledge = DirectoryKnowledge()

    package var features: Set<String> {
        var features: Set = ["unload"]
        if settings.routing != nil { features.insert(GraftAPI.routingFeature) }
        if restartHook != nil { features.insert(GraftAPI.restartFeature) }
        return features
    }

    /// - Throws: `ConfigurationError` when the slot's name can't be a path.
    package init(
        slot: String, settings: DirectorySettings, disk: Disk = .real, transport: any Transport, surroundings: Surroundings = .system
    ) throws {
        guard (try? PayloadPath(slot)) != nil else {
            throw ConfigurationError("slots[\(slot)].name: wanted a relative path without . and .., as in net/filter")
        }
        self.slot = slot
        self.settings = settings
        self.disk = disk
        self.surroundings = surroundings
        slotDirectory = "\(settings.directory)/\(slot)"
        // Before anything is loaded: who makes directories beside a slot that is loading looks like somebody who leads its host elsewhere. What can't
        // be made now is made when something is staged, or its failure told.
        try? disk.makeDirectories("\(slotDirectory)/versions")
        hook = settings.reload.map { ReloadHook(settings: $0, transport: transport, surroundings: surroundings) }
        restartHook = settings.restart.map { ReloadHook(settings: $0, transport: transport, surroundings: surroundings) }
        hostProbe = settings.probe.map { HostProbe(settings: $0, transport: transport, surroundings: surroundings) }
        canaryProbe = settings.routing?.probe.map { HostProbe(settings: $0, transport: transport, surroundings: surroundings) }
    }

    var versions: String { "\(slotDirectory)/versions" }
    var current: String { "\(slotDirectory)/current" }
    var canary: String { "\(slotDirectory)/canary" }
    var routing: String { "\(slotDirectory)/routing.json" }

    /// The name of a version's directory: for people first, and yet another for other bytes or another configuration.
    package static func directoryName(of revision: InstalledRevision) -> String {
        let version = revision.version.unicodeScalars.map { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "." || scalar == "-"
                    || scalar == "+")
                ? Character(scalar) : "_"
        }
        let digest = revision.digest.split(separator: ":").last ?? ""
        let start = version.first.map { $0 == "." } ?? true ? "v" : ""
        let name = "\(start)\(String(version.prefix(64)))-\(digest.prefix(12))"
        return revision.configHash == ConfigHash.of(nil) ? name : "\(name)-\(revision.configHash.prefix(8))"
    }

    func path(of revision: InstalledRevision) -> String { "\(versions)/\(Self.directoryName(of: revision))" }

    /// What hooks and probes that are commands are told.
    /// - Parameter rule: name of the rule by which it has a part of the calls; nil: it has all.
    func environment(_ revision: InstalledRevision?, rule: String? = nil) -> [String: String] {
        [
            "GRAFT_SLOT": slot, "GRAFT_VERSION": revision?.version ?? "", "GRAFT_DIGEST": revision?.digest ?? "",
            "GRAFT_REVISION": revision?.revision ?? "", "GRAFT_DIRECTORY": revision.map { path(of: $0) } ?? "",
            "GRAFT_RULE": rule ?? "", "GRAFT_ROUTING": rule == nil ? "" : routing,
        ]
    }
}
