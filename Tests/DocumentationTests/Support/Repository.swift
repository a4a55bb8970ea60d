import FoundationEssentials
import Glibc
import Harness

/// Where the articles, the example and what was built of it are.
enum Repository {
    /// The checkout, found from this source file.
    static let root: String = {
        let components = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        return components.joined(separator: "/")
    }()

    static let example = root + "/Examples/config-mirror"
    static let catalog = root + "/Sources/KubeRuntime/KubeRuntime.docc"

    /// The program of the example: it was built with this test bundle and stands beside it, wherever that is.
    static let program: String = {
        let folders = (CommandLine.arguments + [link("/proc/self/exe")]).filter { $0.hasPrefix("/") }.map(folder)
        return (folders + [root + "/.build/debug"]).map { $0 + "/config-mirror" }.first { access($0, X_OK) == 0 } ?? "config-mirror"
    }()

    static func text(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }

    /// Paths from the root. Hidden folders are left out; a folder that isn't there has no files.
    static func files(below folder: String, ending suffix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name in
            let path = folder.isEmpty ? name : folder + "/" + name
            return path.hasSuffix(suffix) ? [path] : files(below: path, ending: suffix)
        }
    }

    private static func folder(_ path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    private static func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count - 1)
        return String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
