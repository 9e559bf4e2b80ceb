#!/usr/bin/env python3
"""Writes products.csv: the same bytes every time, so the file is committed and this only says how."""

import csv
import datetime
import random
import sys

PRODUCTS_PER_TENANT = 1050
FIRST_UPDATE = datetime.datetime(2025, 1, 1)

# Per tenant: its currency and its categories, each with nouns, materials and a price range in cents.
TENANTS = {
    "acme": ("EUR", {
        "tools": (["Hammer", "Wrench", "Chisel", "Hand Saw", "Clamp"], ["Steel", "Forged", "Titanium"], (590, 8900)),
        "garden": (["Spade", "Rake", "Watering Can", "Pruner"], ["Ash", "Galvanised", "Copper"], (890, 12900)),
        "lighting": (["Desk Lamp", "Lantern", "Floodlight"], ["Brass", "Glass", "Aluminium"], (1490, 24900)),
        "storage": (["Crate", "Shelf", "Toolbox", "Cabinet"], ["Oak", "Pine", "Steel"], (990, 39900)),
    }),
    "globex": ("USD", {
        "audio": (["Headphones", "Speaker", "Microphone"], ["Wireless", "Studio", "Compact"], (2900, 69900)),
        "computing": (["Keyboard", "Mouse", "Monitor", "Dock"], ["Mechanical", "Silent", "Slim"], (1900, 89900)),
        "networking": (["Router", "Switch", "Access Point"], ["Managed", "Rugged", "Mesh"], (3900, 59900)),
        "power": (["Charger", "Power Bank", "Surge Strip"], ["Travel", "Desktop", "Solar"], (1200, 19900)),
    }),
    "initech": ("GBP", {
        "paper": (["Notebook", "Ledger", "Envelope Pack"], ["Recycled", "Ruled", "Laid"], (190, 2900)),
        "writing": (["Fountain Pen", "Pencil Set", "Marker"], ["Lacquer", "Cedar", "Graphite"], (250, 14900)),
        "desk": (["Stapler", "Red Stapler", "File Tray", "Desk Mat"], ["Felt", "Metal", "Cork"], (390, 6900)),
        "seating": (["Office Chair", "Stool", "Footrest"], ["Mesh", "Leather", "Walnut"], (4900, 79900)),
    }),
}
LINES = ["Classic", "Pro", "Nova", "Atlas", "Pico", "Summit", "Harbour", "Meridian"]
USES = ["everyday work", "small rooms", "long days", "careful hands", "heavy duty", "travel"]
MERITS = ["made to be repaired", "tested twice", "easy to clean", "quiet in use", "ten-year guarantee"]
TAGS = ["new", "sale", "eco", "bestseller", "refurbished", "gift"]


def product(rng, tenant, number):
    currency, categories = TENANTS[tenant]
    category = rng.choice(sorted(categories))
    nouns, materials, (lowest, highest) = categories[category]
    material, noun = rng.choice(materials), rng.choice(nouns)
    updated = FIRST_UPDATE + datetime.timedelta(minutes=rng.randrange(400 * 24 * 60))
    return [
        number, tenant, f"{rng.choice(LINES)} {material} {noun}",
        f"{material} {noun.lower()} for {rng.choice(USES)}, {rng.choice(MERITS)}.",
        rng.randrange(lowest, highest, 10) + 9, currency, category, rng.randrange(0, 250),
        "|".join(sorted(rng.sample(TAGS, rng.randrange(0, 3)))),
        updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ]


def main():
    rng = random.Random(20250101)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["id", "tenant", "name", "description", "price_cents", "currency", "category",
                  "stock", "tags", "updated_at"])
    for tenant in TENANTS:
        for number in range(1, PRODUCTS_PER_TENANT + 1):
            out.writerow(product(rng, tenant, number))


if __name__ == "__main__":
    main()
