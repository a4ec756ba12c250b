/** The upload's first megabytes, as rows: they stay when their parts have gone to R2. */
export class Beginning {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  keep(position: number, bytes: Uint8Array): void {
    this.#sql.exec("INSERT OR REPLACE INTO head (position, bytes) VALUES (?, ?)", position, bytes);
  }

  /** At most `most` bytes without a gap: what was kept of parts, then what is staged. */
  read(most: number): Uint8Array {
    const bytes = new Uint8Array(most);
    let length = 0;
    while (length < most) {
      const row = this.#rowAt(length);
      if (row === null || row.byteLength === 0) break;
      bytes.set(new Uint8Array(row, 0, Math.min(row.byteLength, most - length)), length);
      length += Math.min(row.byteLength, most - length);
    }
    return bytes.subarray(0, length);
  }

  drop(): void {
    this.#sql.exec("DELETE FROM head");
  }

  /** Counts a look before it is made; returns how many there have been with it. */
  countLook(): number {
    return this.#sql.exec<{ n: number }>("UPDATE state SET look_attempts = look_attempts + 1 RETURNING look_attempts AS n").one().n;
  }

  #rowAt(position: number): ArrayBuffer | null {
    const query =
      "SELECT bytes FROM head WHERE position = ?1 UNION ALL SELECT bytes FROM pieces WHERE position = ?1 AND claim IS NULL LIMIT 1";
    return this.#sql.exec<{ bytes: ArrayBuffer }>(query, position).toArray()[0]?.bytes ?? null;
  }
}
