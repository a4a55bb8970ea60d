import FoundationEssentials
import GRDB
import KubeCore

/// Revisions in one SQLite table, appended in the order of versions.
///
/// Write-ahead log with `synchronous = NORMAL`: what `append` returned from survives the end of the process at any moment,
/// `kill -9` included; a power cut may cost the last writes and never consistency.
final class SQLiteRevisionLog: RevisionLog {
    private let database: DatabaseQueue

    /// Opens the database file, or creates it.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "kube-server"
        // Another process that has the file open (a second server by mistake) fails at once rather than corrupting versions.
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS revision (
                        version INTEGER PRIMARY KEY,
                        resource TEXT NOT NULL,
                        namespace TEXT,
                        name TEXT NOT NULL,
                        deletion INTEGER NOT NULL,
                        object BLOB NOT NULL
                    );
                    CREATE TABLE IF NOT EXISTS history (
                        resource TEXT PRIMARY KEY,
                        floor INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    PRAGMA user_version = 1;
                    """)
        }
    }

    func load(_ revision: (Revision) throws -> Void) throws -> [GroupResource: Int64] {
        try database.read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT version, resource, namespace, name, deletion, object FROM revision ORDER BY version")
            while let row = try rows.next() {
                let object: Data = row[5]
                try revision(
                    Revision(
                        version: row[0], resource: GroupResource(row[1] as String), key: ObjectKey(namespace: row[2], name: row[3]),
                        isDeletion: row[4], bytes: [UInt8](object)))
            }
            var floors: [GroupResource: Int64] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT resource, floor FROM history") {
                floors[GroupResource(row[0] as String)] = row[1]
            }
            return floors
        }
    }

    func append(_ revisions: [Revision]) throws {
        try database.write { database in
            let insert = try database.cachedStatement(
                sql: "INSERT INTO revision (version, resource, namespace, name, deletion, object) VALUES (?, ?, ?, ?, ?, ?)")
            for revision in revisions {
                try insert.execute(arguments: [
                    revision.version, revision.resource.description, revision.key.namespace, revision.key.name, revision.isDeletion,
                    Data(revision.bytes),
                ])
            }
        }
    }

    func compact(_ versions: [Int64], floors: [GroupResource: Int64]) throws {
        try database.write { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM revision WHERE version = ?")
            for version in versions { try delete.execute(arguments: [version]) }
            let note = try database.cachedStatement(
                sql: "INSERT INTO history (resource, floor) VALUES (?, ?) ON CONFLICT (resource) DO UPDATE SET floor = excluded.floor")
            for (resource, floor) in floors { try note.execute(arguments: [resource.description, floor]) }
        }
    }
}
